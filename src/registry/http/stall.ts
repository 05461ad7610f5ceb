/** Notices that something does not get on. */
interface StallWatch {
  /** Aborted after too long without progress, or with the caller's signal. */
  signal: AbortSignal;
  progress(): void;
  /** Must be called in the end: the watch is a running timer. */
  stop(): void;
}

/** @param limit milliseconds without {@link StallWatch.progress} */
export function watchForStall(limit: number, outer: AbortSignal | undefined, error: () => Error): StallWatch {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(error()), limit);
  return {
    signal: outer === undefined ? stalled.signal : AbortSignal.any([outer, stalled.signal]),
    progress: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
