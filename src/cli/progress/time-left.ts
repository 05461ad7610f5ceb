import type { Action } from "../../plan/action.ts";
import type { Tally } from "./tally.ts";

/** Finished actions from which the time of the others can be estimated. One slow action first would make it hours. */
const MIN_FINISHED = 3;

/**
 * Estimates the time left in milliseconds, from bytes if all remaining sizes are known, otherwise from the number of
 * actions. Other actions are much faster than copies, so only copies count while there are any, from the start of the
 * first one. Undefined if nothing is left, if too little is known, or while the run waits for a host that does not answer.
 */
export function estimateTimeLeft(actions: readonly Action[], tally: Tally): number | undefined {
  const isLeft = (action: Action): boolean => ["waiting", "running"].includes(tally.of(action).state);
  const copies = actions.filter(isCopy);
  const counted = copies.some(isLeft) ? copies : actions;
  const left = counted.filter(isLeft);
  if (left.length === 0 || !tally.isAdvancing()) return undefined;
  const sizes = left.map((action) => {
    const size = sizeOf(action);
    return size === undefined ? undefined : Math.max(0, size - tally.of(action).bytes);
  });
  const rate = tally.rate();
  if (rate > 0 && !sizes.includes(undefined)) {
    const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    return (bytes * 1000) / rate;
  }
  const finished = counted.length - left.length;
  if (finished < MIN_FINISHED) return undefined;
  const started = Math.min(...counted.flatMap((action) => tally.of(action).started ?? []));
  return ((tally.elapsed() - started) / finished) * left.length;
}

function isCopy({ kind }: Action): boolean {
  return kind === "copy-image" || kind === "copy-referrers";
}

/** Returns the bytes to send; undefined if unknown. Only copies send any. */
export function sizeOf(action: Action): number | undefined {
  return action.kind === "copy-image" ? action.content?.bytes : 0;
}

/** Milliseconds for which estimates have to agree. */
const AGREEING_MS = 5000;
/** Interval of the estimates that are compared. */
const SAMPLE_MS = 500;
/** How much longer the longest of them may be than the shortest ... */
const MAX_RATIO = 1.5;
/** ... unless they differ by less, in milliseconds. */
const MAX_DIFFERENCE = 5000;

/**
 * Lets an estimate through while the estimates of the last few seconds agree on when the run ends. Others would make the
 * user expect hours in one second and minutes in the next.
 * @param now a clock, in milliseconds
 */
export function createSteadyEstimate(now: () => number): (estimate: number | undefined) => number | undefined {
  let samples: { at: number; end: number }[] = [];
  return (estimate) => {
    const at = now();
    if (estimate === undefined) {
      samples = [];
      return undefined;
    }
    const last = samples.at(-1);
    if (last === undefined || at - last.at >= SAMPLE_MS) samples.push({ at, end: at + estimate });
    // One sample of that age stays, so that it is known that the others cover the whole time.
    const oldest = samples.findLastIndex((sample) => at - sample.at >= AGREEING_MS);
    if (oldest < 0) return undefined;
    samples = samples.slice(oldest);
    const remaining = samples.map(({ end }) => Math.max(0, end - at));
    const [shortest, longest] = [Math.min(...remaining), Math.max(...remaining)];
    return longest <= shortest * MAX_RATIO || longest - shortest <= MAX_DIFFERENCE ? estimate : undefined;
  };
}
