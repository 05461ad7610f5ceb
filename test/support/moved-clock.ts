import type { Clock } from "../../src/clock.ts";

/** A clock that stands still until a test moves it. */
export interface MovedClock extends Clock {
  /** Number of sleeps and limits that have not ended. */
  sleepers(): number;
  /** Moves to the end of the next sleep or limit, and ends it. Returns false if there is none. */
  step(): boolean;
  /** Sets the date back. Intervals go on. */
  setBack(milliseconds: number): void;
}

/** Creates a clock whose date and monotonic time differ, so that a test shows where one is used for the other. */
export function movedClock(): MovedClock {
  let time = 1_000;
  let date = 1_700_000_000_000 - time;
  let sleeps: { end: number; wake: () => void }[] = [];
  return {
    now: () => date + time,
    monotonic: () => time,
    sleepers: () => sleeps.length,
    setBack: (milliseconds) => void (date -= milliseconds),
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleep = { end: time + milliseconds, wake: resolve };
      const stop = (): void => {
        sleeps = sleeps.filter((each) => each !== sleep);
        reject(signal?.reason as Error);
      };
      sleeps.push(sleep);
      signal?.addEventListener("abort", stop, { once: true });
      await promise.finally(() => signal?.removeEventListener("abort", stop));
    },
    after(milliseconds, ring) {
      const sleep = { end: time + milliseconds, wake: ring };
      sleeps.push(sleep);
      return () => void (sleeps = sleeps.filter((each) => each !== sleep));
    },
    step() {
      const [next] = sleeps.toSorted((one, other) => one.end - other.end);
      if (next === undefined) return false;
      sleeps = sleeps.filter((each) => each !== next);
      time = Math.max(time, next.end);
      next.wake();
      return true;
    },
  };
}
