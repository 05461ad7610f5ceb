/** Detects a transfer without progress. */
interface StallWatch {
  /** Aborted after too long without progress, or together with the caller's signal. */
  signal: AbortSignal;
  progress(): void;
  /** Stops the timer. Must be called when the transfer ends. */
  stop(): void;
}

/** Starts to watch a transfer. @param limit milliseconds without a call of {@link StallWatch.progress} */
export function watchForStall(limit: number, outer: AbortSignal | undefined, error: () => Error): StallWatch {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(error()), limit);
  return {
    signal: outer === undefined ? stalled.signal : AbortSignal.any([outer, stalled.signal]),
    progress: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
