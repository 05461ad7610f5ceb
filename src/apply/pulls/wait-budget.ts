import type { Clock } from "../../clock.ts";

/** How long a run may wait for pulls, in total: before its plan and for all sources that count pulls. */
export interface WaitBudget {
  /** Milliseconds that may still be waited. */
  remaining(): number;
  /**
   * Waits, but not longer than remains. What waits at the same time waits once.
   * @returns the milliseconds waited
   * @throws the signal's reason
   */
  wait(milliseconds: number, signal: AbortSignal): Promise<number>;
}

export function createWaitBudget(total: number, { sleep }: Pick<Clock, "sleep">): WaitBudget {
  let waited = 0;
  let current: Promise<number> | undefined;
  const remaining = (): number => total - waited;
  const start = async (milliseconds: number, signal: AbortSignal): Promise<number> => {
    const step = Math.min(milliseconds, remaining());
    try {
      await sleep(step, signal);
      waited += step;
      return step;
    } finally {
      current = undefined;
    }
  };
  return { remaining, wait: (milliseconds, signal) => (current ??= start(milliseconds, signal)) };
}
