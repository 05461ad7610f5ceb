import pLimit from "p-limit";
import type { Clock } from "../../clock.ts";
import { createAdaptiveRate } from "./adaptive-rate.ts";

/** Longest sleep before the next start is computed again, in milliseconds: the limit may have risen meanwhile. */
const LONGEST_SLEEP = 1000;

/** Limits the rate of requests that a server counts together. */
export interface RateLimiter {
  /**
   * Resolves when a request can start, in the order of the calls. Each attempt takes its own turn.
   * @throws the signal's reason
   */
  turn(signal?: AbortSignal): Promise<Turn>;
  /** Counts a request that cannot wait, because it sends a stream. */
  startNow(): Turn;
}

/** The turn of one request. */
export interface Turn {
  /** Reports that the server refused the request because of its rate, which slows the next ones down. */
  refused(retryAfterMilliseconds?: number): void;
}

/** Creates a limiter. @param options.most requests per second, whatever the server accepts */
export function createRateLimiter(options: {
  clock: Clock;
  random: () => number;
  most?: number | undefined;
}): RateLimiter {
  const { clock } = options;
  const rate = createAdaptiveRate(options);
  const queue = pLimit(1);

  const begin = (hasWaited: boolean): Turn => {
    const start = rate.start(clock.monotonic(), hasWaited);
    return { refused: (retryAfter) => rate.refuse(start, clock.monotonic(), retryAfter) };
  };
  return {
    startNow: () => begin(false),
    turn: (signal) =>
      queue(async () => {
        signal?.throwIfAborted();
        let hasWaited = false;
        for (let delay = remaining(); delay > 0; delay = remaining()) {
          await clock.sleep(Math.min(Math.ceil(delay), LONGEST_SLEEP), signal);
          hasWaited = true;
        }
        return begin(hasWaited);
      }),
  };

  function remaining(): number {
    const now = clock.monotonic();
    return rate.nextStart(now) - now;
  }
}
