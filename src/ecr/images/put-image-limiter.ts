import type { Clock } from "../../clock.ts";
import { abortError } from "../aws/aws-abort-error.ts";

/**
 * Maximum number of manifests to put per second. ECR allows 10 PutImage calls per second in an account and Region,
 * including those through `/v2/` (ECR user guide, "Amazon ECR service quotas"). The limit leaves one for differing
 * clocks and other clients.
 */
export const PUTS_PER_SECOND = 9;

const SECOND = 1000;

/** Limits the rate of puts, which start in the order of the calls. */
export interface PutImageLimiter {
  /**
   * Resolves when the put can start.
   * @param reference the image, for the error
   * @throws MirrorError INTERRUPTED, or the signal's reason
   */
  turn(reference: string, signal: AbortSignal): Promise<void>;
}

/** ECR's quota applies to each account and Region. */
interface QuotaScope {
  account: string;
  region: string;
}

/** Returns one limiter per account and Region, shared by the targets of this process. */
export function putImageLimiters(clock: Clock): (scope: QuotaScope) => PutImageLimiter {
  const limiters = new Map<string, PutImageLimiter>();
  return ({ account, region }) => {
    const key = `${account} ${region}`;
    const limiter = limiters.get(key) ?? createPutImageLimiter(clock);
    limiters.set(key, limiter);
    return limiter;
  };
}

/**
 * Starts at most {@link PUTS_PER_SECOND} puts within any second. After a pause, that many can start at once, so that a
 * small mirror does not wait. Further ones are evenly spaced, because ECR could count a burst at the edge of its second
 * twice.
 */
export function createPutImageLimiter(clock: Clock): PutImageLimiter {
  /** Start times of the latest puts, including scheduled ones, oldest first. Milliseconds of the monotonic clock. */
  const starts: number[] = [];
  return {
    async turn(reference, signal) {
      const now = clock.monotonic();
      const start = nextStart(now, starts);
      starts.push(start);
      if (starts.length > PUTS_PER_SECOND) starts.shift();
      if (start <= now) return;
      try {
        await clock.sleep(start - now, signal);
      } catch (error) {
        throw signal.aborted ? abortError(signal, { operation: "write manifest", reference }) : error;
      }
    },
  };
}

function nextStart(now: number, starts: readonly number[]): number {
  const last = starts.at(-1);
  if (last === undefined) return now;
  const first = starts.at(-PUTS_PER_SECOND);
  const earliest = Math.max(last, first === undefined ? 0 : first + SECOND);
  return earliest <= now ? now : Math.max(earliest, last + Math.ceil(SECOND / PUTS_PER_SECOND));
}
