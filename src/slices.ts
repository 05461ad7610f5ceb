import { setImmediate } from "node:timers/promises";
import type { Steps } from "./steps.ts";

/** How long a computation may delay signals, timers and responses, in milliseconds. */
const SLICE_MS = 50;

/**
 * Runs a computation in slices, so that a run with 100,000 images still reacts to Ctrl-C.
 * @throws the reason of the signal if it is aborted
 */
export async function inSlices<Result>(steps: Steps<Result>, signal?: AbortSignal): Promise<Result> {
  let since = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - since < SLICE_MS) continue;
    await setImmediate();
    signal?.throwIfAborted();
    since = performance.now();
  }
}

/** Creates a function to call between the parts of a long asynchronous computation. It pauses if a slice has passed. */
export function createPause(signal?: AbortSignal): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await setImmediate();
    signal?.throwIfAborted();
    since = performance.now();
  };
}
