import { limitSourceOf } from "../../dockerhub/limit-info.ts";
import { isAnonymous } from "../../dockerhub/pull-limit-headers.ts";
import type { Permits, PullBudget } from "../../dockerhub/pull-budget.ts";
import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { WaitBudget } from "./wait-budget.ts";

/** How often the remaining pulls are read while waiting: by HEAD, which costs none. */
const PROBE_EVERY_MS = 60_000;

/** Errors of a probe that may disappear after a wait. Any other error fails the image. */
const TRANSIENT: ReadonlySet<ErrorCode> = new Set([
  "PULL_LIMIT",
  "TOO_MANY_REQUESTS",
  "SERVER_ERROR",
  "UNREACHABLE",
  "TIMEOUT",
]);

/** Gives images their permits in the order of their requests. Images that have started come first. */
export interface PullQueue {
  /**
   * Waits for permits while other images may release some, and for the window to move on where waiting is allowed. The
   * caller must have no permits.
   * @returns undefined when only the reserve is left, and for more permits than the limit allows
   * @throws an error of the probe that a wait does not cure
   */
  acquire(request: PermitRequest, signal: AbortSignal): Promise<Permits | undefined>;
  /** Waits while pending responses may show more remaining pulls. @returns whether one of `permits` can be used then */
  canUse(permits: Permits, signal: AbortSignal): Promise<boolean>;
  /** Whether so many pulls fit into an unused window. */
  canEverFit(pulls: number): boolean;
  /** Whether the limit is that of an account, as far as is known. */
  isSignedIn(): boolean;
}

export interface PermitRequest {
  pulls: number;
  /** Whether the image has started: finishing it comes before starting another one. */
  isStarted: boolean;
  /** Whether the source has just refused a pull, so that a probe would show nothing new. */
  isRefused: boolean;
  /** Reads the remaining pulls from the source, without spending one. */
  probe: () => Promise<void>;
}

export interface PullQueueOptions {
  /** How long the run may wait for the window to move on. */
  waits: WaitBudget;
  /** Called before each wait of so many milliseconds. */
  onWait: (pulls: number, milliseconds: number) => void;
}

interface Waiter extends PermitRequest {
  signal: AbortSignal;
  /** Whether the source was probed since the last wait. */
  isProbed: boolean;
  settle(permits: Permits | undefined): void;
  fail(error: unknown): void;
}

export function createPullQueue(budget: PullBudget, { waits, onWait }: PullQueueOptions): PullQueue {
  const waiters: Waiter[] = [];
  let isServing = false;
  /** Time waited since {@link lastReading} was received. */
  let waitedSinceReading = 0;
  let lastReading = budget.reading();
  let isReserveReached = false;
  /** Not a single pull is available. */
  let isExhausted = false;
  let woken = Promise.withResolvers<void>();

  return {
    acquire(request, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Permits | undefined>();
      const waiter: Waiter = { ...request, signal, isProbed: request.isRefused, settle: resolve, fail: reject };
      const firstUnstarted = request.isStarted ? waiters.findIndex(({ isStarted }) => !isStarted) : -1;
      waiters.splice(firstUnstarted < 0 ? waiters.length : firstUnstarted, 0, waiter);
      const wake = () => woken.resolve();
      signal.addEventListener("abort", wake, { once: true });
      wake();
      void serve();
      return promise.finally(() => signal.removeEventListener("abort", wake));
    },
    async canUse(permits, signal) {
      const stop = Promise.withResolvers<void>();
      const onAbort = () => stop.resolve();
      signal.addEventListener("abort", onAbort, { once: true });
      while (!permits.canUse() && !permits.isEmpty() && budget.hasPending() && !signal.aborted) {
        await Promise.race([budget.changed(), stop.promise]);
      }
      signal.removeEventListener("abort", onAbort);
      return permits.canUse();
    },
    canEverFit: (pulls) => budget.canEverFit(pulls),
    isSignedIn() {
      const reported = budget.reportedLimit();
      const source = reported === undefined ? {} : limitSourceOf(reported);
      return source.source !== undefined && !isAnonymous(source);
    },
  };

  async function serve(): Promise<void> {
    if (isServing) return;
    isServing = true;
    for (let first = waiters[0]; first !== undefined; first = waiters[0]) {
      try {
        if (isHopeless(first)) remove(first).settle(undefined);
        else await advance(first);
      } catch (error) {
        remove(first).fail(error);
      }
    }
    isServing = false;
  }

  function remove(waiter: Waiter): Waiter {
    waiters.splice(waiters.indexOf(waiter), 1);
    return waiter;
  }

  function isHopeless({ pulls, isStarted, signal }: Waiter): boolean {
    return signal.aborted || isExhausted || (isReserveReached && !isStarted) || !budget.canEverFit(pulls);
  }

  /** Expires the last reading when it is a window old: where HEAD shows no remaining pulls, only a pull does. */
  function expireOldReading(step: number): void {
    const reading = budget.reading();
    waitedSinceReading = reading === lastReading ? waitedSinceReading + step : 0;
    lastReading = reading;
    if (reading?.windowSeconds === undefined || waitedSinceReading < reading.windowSeconds * 1000) return;
    budget.expireReadings();
    waitedSinceReading = 0;
  }

  /** Takes the next step that may bring permits: acquire, wait for other images, probe, wait for the window; or gives up. */
  async function advance(waiter: Waiter): Promise<void> {
    const { pulls, probe, signal } = waiter;
    const permits = budget.acquire(pulls);
    if (permits !== undefined) {
      remove(waiter).settle(permits);
    } else if (!budget.isIdle()) {
      woken = Promise.withResolvers<void>();
      await Promise.race([budget.changed(), woken.promise]);
    } else if (!waiter.isProbed) {
      waiter.isProbed = true;
      await probe().catch((error: unknown) => {
        if (!isRefusal(error) && (waits.remaining() <= 0 || !isTransient(error))) throw error;
      });
    } else if (waits.remaining() > 0) {
      onWait(pulls, Math.min(PROBE_EVERY_MS, waits.remaining()));
      expireOldReading(await waits.wait(PROBE_EVERY_MS, signal));
      waiter.isProbed = false;
    } else {
      isReserveReached = true;
      isExhausted = pulls === 1;
      remove(waiter).settle(undefined);
    }
  }
}

/** Any 429 is a valid result of a probe, as a HEAD may not show which kind it is: no pulls are available. */
function isRefusal(error: unknown): boolean {
  return error instanceof MirrorError && (error.code === "PULL_LIMIT" || error.code === "TOO_MANY_REQUESTS");
}

function isTransient(error: unknown): boolean {
  return error instanceof MirrorError && (error.retryable || TRANSIENT.has(error.code));
}
