import type { MovedClock } from "./moved-clock.ts";
import { turn } from "./until.ts";

/** Turns of the event loop in which everything that was sent on loopback arrives. */
const TURNS_TO_ARRIVE = 50;

/**
 * Moves the clock to the end of each sleep and limit until a promise settles. Before each move, what was sent arrives.
 * @returns the result, or the error
 */
export async function settle<T>(clock: MovedClock, promise: Promise<T>): Promise<T | Error> {
  const settled = promise.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  const progress = { isSettled: false };
  void settled.then(() => (progress.isSettled = true));
  while (!progress.isSettled) {
    for (let i = 0; i < TURNS_TO_ARRIVE; i += 1) await turn();
    if (!progress.isSettled) clock.step();
  }
  return settled;
}
