import { lstat, mkdir, open } from "node:fs/promises";
import { join } from "node:path";

import { fileError, linkError, type LayoutWork } from "./file-error.ts";
import { notAFolder } from "./open-file.ts";
import { systemCodeOf } from "../../file-failure.ts";

/** Error codes of file systems that cannot sync folders. Those write folder entries on their own. */
const CANNOT_SYNC_FOLDERS: ReadonlySet<string> = new Set(["EINVAL", "EPERM", "EACCES", "EISDIR", "ENOTSUP"]);

/** Syncs a folder to the disk, so that a file renamed into it survives a power failure. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!CANNOT_SYNC_FOLDERS.has(systemCodeOf(error) ?? "")) throw error;
  }
}

/**
 * Creates nested folders that do not exist yet. None of them may be a link, so that nothing is written elsewhere.
 * @returns the path of the innermost folder
 * @throws MirrorError LAYOUT_FILE
 */
export async function makeFolders(base: string, steps: readonly string[], work: LayoutWork): Promise<string> {
  let path = base;
  for (const step of steps) {
    const parent = path;
    path = join(path, step);
    try {
      if (await makeFolder(path)) await syncFolder(parent);
      const stat = await lstat(path);
      if (stat.isSymbolicLink()) throw linkError(work);
      if (!stat.isDirectory()) throw notAFolder();
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
    if (systemCodeOf(error) === "EEXIST") return false;
    throw error;
  }
}
