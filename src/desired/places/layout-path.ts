import { stepsBelow } from "../text/path-below.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/** The longest name of a file or folder that file systems take, in bytes. */
const MAX_STEP_BYTES = 255;

/**
 * Reads the `layout` of a target or of a source: a folder below the mirror file's own. It need not be there yet.
 * @returns its path from there, without `./`; undefined when it is no such path, which is reported
 */
export function readLayoutPath(text: string, pointer: string, log: ProblemLog): string | undefined {
  const steps = stepsBelow(text);
  if (steps === undefined) {
    log.add(pointer, {
      message: `the layout ${quote(text)} does not lie below the mirror file's folder`,
      hint: "give a path such as ./mirror",
    });
    return undefined;
  }
  if (steps.some((step) => Buffer.byteLength(step) > MAX_STEP_BYTES || step.includes(":"))) {
    log.add(pointer, {
      message: `${quote(text)} is no name for a folder of layouts`,
      hint: `without ":", at which skopeo and others take the tag to begin, and at most ${MAX_STEP_BYTES} bytes between two "/"`,
    });
    return undefined;
  }
  return steps.join("/");
}
