import type { Clock } from "../../clock.ts";
import type { PullBudget, Places } from "../../dockerhub/pull-budget.ts";
import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";

/** How often a source is asked, while waiting, whether its window has moved on: by HEAD, which is free. */
const PROBE_EVERY_MS = 60_000;

/** What may be over when the window has moved on. Any other error is the image's own, however long one waits. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  "PULL_LIMIT",
  "TOO_MANY_REQUESTS",
  "SERVER_ERROR",
  "UNREACHABLE",
  "TIMEOUT",
]);

/** Gives images their places in the budget, in the order in which they ask; those that were begun go before the others. */
export interface PullQueue {
  /**
   * Waits for places while other images may still give some back, and while waiting is allowed. Whoever waits holds none.
   * @returns undefined at the floor, from which on no further image is begun; and for more than ever fits
   * @throws whatever the probe throws that no waiting cures
   */
  take(wish: Wish, signal: AbortSignal): Promise<Places | undefined>;
  /** Waits while answers are under way that may show room. @returns whether one of these places can be spent then */
  maySpend(places: Places, signal: AbortSignal): Promise<boolean>;
  /** Whether so many fit into an empty window at all. */
  couldEverHold(pulls: number): boolean;
}

/** Places that are asked for. */
export interface Wish {
  pulls: number;
  /** Whether the image was begun: to finish it comes before beginning another one. */
  isBegun: boolean;
  /** Whether the source has just refused a pull: asking it again at once would be of no use. */
  isRefused: boolean;
  /** Asks the source anew how much is left, without spending a pull. */
  probe: () => Promise<void>;
}

export interface QueueWaiting {
  clock: Clock;
  /** How long a run may wait for the window to move on, in all; 0 is not at all. */
  waitMilliseconds: number;
  /** Told before each wait. */
  onWait: (pulls: number) => void;
}

interface Asking extends Wish {
  signal: AbortSignal;
  /** Whether the source was asked since the last wait. */
  isProbed: boolean;
  settle(places: Places | undefined): void;
  fail(error: unknown): void;
}

export function createPullQueue(budget: PullBudget, { clock, waitMilliseconds, onWait }: QueueWaiting): PullQueue {
  const line: Asking[] = [];
  let isServing = false;
  let waited = 0;
  /** Waiting since {@link lastReading} was heard. */
  let waitedUntold = 0;
  let lastReading = budget.reading();
  let isAtFloor = false;
  /** Not even one is left. */
  let isSpent = false;
  let woken = Promise.withResolvers<void>();

  return {
    take(wish, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Places | undefined>();
      const asking: Asking = { ...wish, signal, isProbed: wish.isRefused, settle: resolve, fail: reject };
      const firstToBegin = wish.isBegun ? line.findIndex(({ isBegun }) => !isBegun) : -1;
      line.splice(firstToBegin < 0 ? line.length : firstToBegin, 0, asking);
      const wake = () => woken.resolve();
      signal.addEventListener("abort", wake, { once: true });
      wake();
      void serve();
      return promise.finally(() => signal.removeEventListener("abort", wake));
    },
    async maySpend(places, signal) {
      const stop = Promise.withResolvers<void>();
      const onAbort = () => stop.resolve();
      signal.addEventListener("abort", onAbort, { once: true });
      while (!places.maySpend() && !places.isEmpty() && budget.isUnderWay() && !signal.aborted) {
        await Promise.race([budget.changed(), stop.promise]);
      }
      signal.removeEventListener("abort", onAbort);
      return places.maySpend();
    },
    couldEverHold: (pulls) => budget.couldEverHold(pulls),
  };

  async function serve(): Promise<void> {
    if (isServing) return;
    isServing = true;
    for (let first = line[0]; first !== undefined; first = line[0]) {
      try {
        if (isHopeless(first)) end(first).settle(undefined);
        else await help(first);
      } catch (error) {
        end(first).fail(error);
      }
    }
    isServing = false;
  }

  function end(asking: Asking): Asking {
    line.splice(line.indexOf(asking), 1);
    return asking;
  }

  function isHopeless({ pulls, isBegun, signal }: Asking): boolean {
    return signal.aborted || isSpent || (isAtFloor && !isBegun) || !budget.couldEverHold(pulls);
  }

  /** Where HEAD never says how much is left, only a pull can, once what was last said is a window old. */
  function outdate(step: number): void {
    const reading = budget.reading();
    waitedUntold = reading === lastReading ? waitedUntold + step : 0;
    lastReading = reading;
    if (reading?.windowSeconds === undefined || waitedUntold < reading.windowSeconds * 1000) return;
    budget.outdate();
    waitedUntold = 0;
  }

  /** Does the next thing that may bring places. */
  async function help(asking: Asking): Promise<void> {
    const { pulls, probe, signal } = asking;
    const places = budget.reserve(pulls);
    if (places !== undefined) {
      end(asking).settle(places);
    } else if (!budget.isIdle()) {
      woken = Promise.withResolvers<void>();
      await Promise.race([budget.changed(), woken.promise]);
    } else if (!asking.isProbed) {
      asking.isProbed = true;
      await probe().catch((error: unknown) => {
        if (!isRefusal(error) && (waited >= waitMilliseconds || !isPassing(error))) throw error;
      });
    } else if (waited < waitMilliseconds) {
      onWait(pulls);
      const step = Math.min(PROBE_EVERY_MS, waitMilliseconds - waited);
      await clock.sleep(step, signal);
      waited += step;
      outdate(step);
      asking.isProbed = false;
    } else {
      isAtFloor = true;
      isSpent = pulls === 1;
      end(asking).settle(undefined);
    }
  }
}

/** A 429 of either kind, which HEAD need not tell apart, is an answer to a probe: there is no room. */
function isRefusal(error: unknown): boolean {
  return error instanceof MirrorError && (error.code === "PULL_LIMIT" || error.code === "TOO_MANY_REQUESTS");
}

function isPassing(error: unknown): boolean {
  return error instanceof MirrorError && (error.retryable || PASSING.has(error.code));
}
