import pLimit from "p-limit";

import type { Clock } from "../clock.ts";
import { MirrorError } from "../errors.ts";
import type { PullBudget, Places } from "../dockerhub/pull-budget.ts";

/** How often a source is asked, while waiting, whether its window has moved on: by HEAD, which is free. */
const PROBE_EVERY_MS = 60_000;

/** Gives images their places in the budget, in the order in which they ask. */
export interface PullQueue {
  /**
   * Waits for places while other images may still give some back, and while waiting is allowed.
   * @param probe asks the source anew how much is left, without spending a pull
   * @returns undefined at the floor; from then on nobody gets a place: no further image is begun
   */
  take(pulls: number, probe: () => Promise<void>, signal: AbortSignal): Promise<Places | undefined>;
  /** Whether so many fit into an empty window at all. */
  couldEverHold(pulls: number): boolean;
}

export interface QueueWaiting {
  clock: Clock;
  /** How long a run may wait for the window to move on, in all; 0 is not at all. */
  waitMilliseconds: number;
  /** Told before each wait. */
  onWait: (pulls: number) => void;
}

export function createPullQueue(budget: PullBudget, { clock, waitMilliseconds, onWait }: QueueWaiting): PullQueue {
  const inOrder = pLimit(1);
  let waited = 0;
  let isAtFloor = false;
  return {
    take: (pulls, probe, signal) => inOrder(() => takeNext(pulls, probe, signal)),
    couldEverHold: (pulls) => budget.couldEverHold(pulls),
  };

  async function takeNext(pulls: number, probe: () => Promise<void>, signal: AbortSignal): Promise<Places | undefined> {
    const stopped = aborted(signal);
    let isProbed = false;
    while (!isAtFloor && !signal.aborted) {
      const places = budget.reserve(pulls);
      if (places !== undefined) return places;
      if (!budget.isIdle()) {
        await Promise.race([budget.changed(), stopped]);
      } else if (!isProbed) {
        await probe().catch((error: unknown) => {
          // A source that does not answer now may in a minute, as long as waiting is allowed.
          if (waited >= waitMilliseconds || !(error instanceof MirrorError)) throw error;
        });
        isProbed = true;
      } else if (waited < waitMilliseconds) {
        onWait(pulls);
        const step = Math.min(PROBE_EVERY_MS, waitMilliseconds - waited);
        await clock.sleep(step, signal);
        waited += step;
        isProbed = false;
      } else {
        isAtFloor = true;
      }
    }
    return undefined;
  }
}

/** Resolves when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
