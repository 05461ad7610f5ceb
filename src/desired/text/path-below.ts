import { isAbsolute } from "node:path";

/** Why a path is not below the mirror file's folder, and the path that was probably meant. */
export interface PathFault {
  /** Continues a sentence that starts with the path: `is an absolute path`. */
  fault: string;
  meant?: string;
}

/**
 * Splits a path below the mirror file's folder into its parts, without `./`. Refuses the folder itself, and a path that
 * leads, or might lead, out of it: the mirror file can come from a pull request and could name any file on the machine.
 * Does not check for links.
 */
export function stepsBelow(path: string): string[] | PathFault {
  const steps = path.split("/").filter((step) => step !== "" && step !== ".");
  const fault = faultOf(path, steps);
  if (fault === undefined) return steps;
  const bare = path
    .replace(/^(?:file|oci|oci-layout|dir):(?:\/\/)?/i, "")
    .replace(/^(?:~|[A-Za-z]:)(?=[/\\])/, "")
    .replaceAll("\\", "/");
  const meant = bare.split("/").filter((step) => step !== "" && step !== "." && step !== "..");
  const shown = `./${meant.join("/")}`;
  return meant.length === 0 || faultOf(shown, meant) !== undefined ? { fault } : { fault, meant: shown };
}

function faultOf(path: string, steps: readonly string[]): string | undefined {
  if (/\p{Cc}/u.test(path)) return "contains a control character";
  if (/^(?:file|oci|oci-layout|dir):/i.test(path)) return "has a scheme, but must be a path";
  if (isAbsolute(path) || /^[A-Za-z]:[\\/]/.test(path))
    return "is an absolute path, not one below the mirror file's folder";
  if (path.includes("\\")) return "contains a backslash, but a path has /";
  if (steps[0] === "~") return "starts with ~, which mirrorform does not expand";
  if (steps.includes("..")) return "is not below the mirror file's folder";
  return steps.length === 0 ? "is the mirror file's folder itself, not one below it" : undefined;
}
