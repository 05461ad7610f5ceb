import { lstat, mkdir, open } from "node:fs/promises";
import { join } from "node:path";

import { codeOf, fileError, linkError, type LayoutWork } from "./file-error.ts";

/** What file systems say that cannot put the entries of a folder on the disk; theirs are there when they say so. */
const CANNOT_SYNC_FOLDERS: ReadonlySet<string> = new Set(["EINVAL", "EPERM", "EACCES", "EISDIR", "ENOTSUP"]);

/** Puts the entries of a folder on the disk: a file that was renamed into it stays there if the power goes. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!CANNOT_SYNC_FOLDERS.has(codeOf(error) ?? "")) throw error;
  }
}

/**
 * Makes folders, one below the other, where they are not there yet. None may be a link: what is written goes nowhere else.
 * @returns the path of the last
 * @throws MirrorError LAYOUT_FILE
 */
export async function makeFolders(base: string, steps: readonly string[], work: LayoutWork): Promise<string> {
  let path = base;
  for (const step of steps) {
    const above = path;
    path = join(path, step);
    try {
      if (await makeFolder(path)) await syncFolder(above);
      const stat = await lstat(path);
      if (stat.isSymbolicLink()) throw linkError(work);
      if (!stat.isDirectory()) throw Object.assign(new Error("no folder"), { code: "ENOTDIR" });
    } catch (error) {
      throw fileError(error, work);
    }
  }
  return path;
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}
