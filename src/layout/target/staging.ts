import { lstat, open, readdir, rename, unlink, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";

import { fileError, type LayoutWork } from "../files/file-error.ts";
import { makeFolders, syncFolder } from "../files/durable.ts";
import type { LayoutRoot } from "../layout-root.ts";
import { ABANDONED_AFTER } from "../layout-limits.ts";
import { randomName } from "../files/random-name.ts";
import { systemCodeOf } from "../../file-failure.ts";

/** The folder for unfinished files, next to the layouts, so that layouts contain only complete files. Not a valid repository name. */
export const UPLOADS = ".uploads";

/** Writes files under a temporary name, and renames them when they are complete and synced to the disk. */
export interface Staging {
  /**
   * Writes a file.
   * @param path absolute, in a folder that exists; an existing file is replaced
   * @param fill writes the content; if it throws, no file remains
   * @param mayCommit called when the file is complete; if it returns false, the file is discarded
   * @returns whether the file was written
   * @throws MirrorError LAYOUT_FILE; errors of `fill` that are not file system errors
   */
  write(
    path: string,
    work: LayoutWork,
    fill: (file: FileHandle) => Promise<unknown>,
    mayCommit?: () => Promise<boolean>,
  ): Promise<boolean>;
}

export function createStaging(root: LayoutRoot): Staging {
  let created: Promise<string> | undefined;
  const folder = async (work: LayoutWork): Promise<string> => {
    created ??= createFolder(root, work);
    try {
      return await created;
    } catch (error) {
      created = undefined;
      throw error;
    }
  };

  return {
    async write(path, work, fill, mayCommit) {
      const temporary = join(await folder(work), randomName(root.random));
      try {
        await writeNew(temporary, fill);
        if (mayCommit !== undefined && !(await mayCommit())) {
          await unlink(temporary);
          return false;
        }
        await rename(temporary, path);
        await syncFolder(dirname(path));
        return true;
      } catch (error) {
        await unlink(temporary).catch(() => {});
        throw isFileSystemError(error) ? fileError(error, work) : error;
      }
    },
  };
}

async function writeNew(path: string, fill: (file: FileHandle) => Promise<unknown>): Promise<void> {
  const file = await open(path, "wx");
  try {
    await fill(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function createFolder(root: LayoutRoot, work: LayoutWork): Promise<string> {
  const path = await makeFolders(await root.base(), [...root.steps, UPLOADS], work);
  await removeAbandoned(path, root);
  return path;
}

/** Deletes unfinished files of killed processes, which may be large. */
async function removeAbandoned(folder: string, { clock }: LayoutRoot): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    try {
      const { mtimeMs } = await lstat(path);
      if (clock.now() - mtimeMs > ABANDONED_AFTER) await unlink(path);
    } catch {
      // Best effort: the file no longer exists, or cannot be deleted.
    }
  }
}

function isFileSystemError(error: unknown): boolean {
  return systemCodeOf(error) !== undefined && error instanceof Error && "syscall" in error;
}
