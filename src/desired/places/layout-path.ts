import { stepsBelow } from "../text/path-below.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/** The longest file or folder name that file systems accept, in bytes. */
const MAX_STEP_BYTES = 255;

/**
 * Reads the `layout` of a target or a source: a folder below the mirror file's folder. The folder need not exist.
 * @returns the relative path, without `./`; undefined if the path is invalid, which it reports
 */
export function readLayoutPath(text: string, pointer: string, log: ProblemLog): string | undefined {
  const steps = stepsBelow(text);
  if ("fault" in steps) {
    log.add(pointer, {
      message: `layout ${quote(text)} ${steps.fault}`,
      hint: steps.meant === undefined ? "write a relative path such as ./mirror" : `write ${steps.meant}`,
    });
    return undefined;
  }
  if (steps.some((step) => Buffer.byteLength(step) > MAX_STEP_BYTES || step.includes(":"))) {
    log.add(pointer, {
      message: `${quote(text)} is not a valid layout path`,
      hint: `write a path without ":", where tools such as skopeo expect a tag; each part can have at most ${MAX_STEP_BYTES} bytes`,
    });
    return undefined;
  }
  return steps.join("/");
}
