import { isAbsolute } from "node:path";

/**
 * Splits a path below the mirror file's folder into its parts, without `./`. Returns undefined for the folder itself and
 * for a path that leads, or might lead, out of it: the mirror file can come from a pull request and could name any file
 * on the machine. Does not check for links.
 */
export function stepsBelow(path: string): string[] | undefined {
  const steps = path.split("/").filter((step) => step !== "" && step !== ".");
  const leadsOut = isAbsolute(path) || steps.includes("..") || /[\\\p{Cc}]/u.test(path);
  return leadsOut || steps.length === 0 ? undefined : steps;
}
