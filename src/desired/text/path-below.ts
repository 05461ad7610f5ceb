import { isAbsolute } from "node:path";

/**
 * The steps from the mirror file's folder to something that it names, `./` left out. The mirror file comes from a pull
 * request and could name any file of the machine: undefined for a path that leads, or might lead, out of that folder, and
 * for the folder itself. Whether a step is a link only the file system knows.
 */
export function stepsBelow(path: string): string[] | undefined {
  const steps = path.split("/").filter((step) => step !== "" && step !== ".");
  const leadsOut = isAbsolute(path) || steps.includes("..") || /[\\\p{Cc}]/u.test(path);
  return leadsOut || steps.length === 0 ? undefined : steps;
}
