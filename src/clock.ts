import { setTimeout as wait } from "node:timers/promises";

/** A clock that tests can replace, so that they do not wait. */
export interface Clock {
  /** Milliseconds since 1970, for dates only: the system's time can be set back or forward. */
  now(): number;
  /** Milliseconds since an arbitrary moment, for intervals. Never goes back. */
  monotonic(): number;
  /** Resolves after `milliseconds`. Rejects with the signal's reason as soon as `signal` is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Calls `ring` once after `milliseconds`, for a limit on something that runs. Returns a function that cancels it. */
  after(milliseconds: number, ring: () => void): () => void;
}

/** The system clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    signal?.throwIfAborted();
    try {
      await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
  after(milliseconds, ring) {
    // What is limited keeps the process running, not the limit.
    const timer = setTimeout(ring, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
