import { atOnce, type Steps } from "../../steps.ts";
import { listedImages, type DesiredEntry } from "../entries/desired-entry.ts";
import type { DesiredImage } from "../entries/desired-image.ts";
import { lockedSteps } from "./locked-rules.ts";
import type { LockLines } from "./lock-text.ts";

/**
 * Returns the images that are known without a request to a source. Those of tag rules are known only from a lock.
 * @param lines the lock's lines; undefined without a lock
 */
export function knownImages(entries: readonly DesiredEntry[], lines: LockLines | undefined): DesiredImage[] {
  return atOnce(knownImageSteps(entries, lines));
}

/** Returns images as {@link knownImages} does, in steps. */
export function* knownImageSteps(
  entries: readonly DesiredEntry[],
  lines: LockLines | undefined,
): Steps<DesiredImage[]> {
  if (lines === undefined) return listedImages(entries);
  return (yield* lockedSteps(entries, lines)).flatMap(({ images }) => images);
}
