import { lstat } from "node:fs/promises";
import { join } from "node:path";

/** What is at a path. */
export type Found = "absent" | "link" | "other";

/**
 * Finds the first symbolic link on the way from a folder to a file or folder below it, which need not exist. The mirror
 * file can come from a pull request, and so can a link that leads to any file on the machine.
 * @param folder the mirror file's folder. Links in its own path are followed
 * @param known what earlier calls found, by path below the folder; extended by this call
 * @returns the path of the link below the folder: `mirror/library`
 */
export async function linkBelow(
  folder: string,
  steps: readonly string[],
  known = new Map<string, Found>(),
): Promise<string | undefined> {
  let path = "";
  for (const step of steps) {
    path = path === "" ? step : `${path}/${step}`;
    const found = known.get(path) ?? (await look(join(folder, path)));
    known.set(path, found);
    if (found === "absent") return undefined;
    if (found === "link") return path;
  }
  return undefined;
}

async function look(path: string): Promise<Found> {
  try {
    return (await lstat(path)).isSymbolicLink() ? "link" : "other";
  } catch {
    return "absent";
  }
}
