/**
 * A long computation that can stop after each `yield` and go on later. It has no other effect, so that its result does not
 * depend on where it stops.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Runs a computation to its end at once. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
