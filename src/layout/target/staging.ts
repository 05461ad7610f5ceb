import { lstat, open, readdir, rename, unlink, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";

import { codeOf, fileError, type LayoutWork } from "../files/file-error.ts";
import { makeFolders, syncFolder } from "../files/durable.ts";
import type { LayoutRoot } from "../layout-root.ts";
import { ABANDONED_AFTER } from "../layout-limits.ts";
import { randomName } from "../files/random-name.ts";

/** Where files are while they are written: beside the layouts, which hold nothing but whole files. No repository has this name. */
const FOLDER = ".uploads";

/** Writes files that get their name when they are whole, and on the disk. */
export interface Staging {
  /**
   * @param path absolute, in a folder that exists; what is there is replaced
   * @param fill writes the content; what it throws leaves no file
   * @param mayCommit asked when the file is whole; with false it is thrown away
   * @returns whether the file got its name
   * @throws MirrorError LAYOUT_FILE; of `fill`, what is no error of the file system
   */
  write(
    path: string,
    work: LayoutWork,
    fill: (file: FileHandle) => Promise<unknown>,
    mayCommit?: () => Promise<boolean>,
  ): Promise<boolean>;
}

export function createStaging(root: LayoutRoot): Staging {
  let made: Promise<string> | undefined;
  const folder = async (work: LayoutWork): Promise<string> => {
    made ??= make(root, work);
    try {
      return await made;
    } catch (error) {
      made = undefined;
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
        throw isOfFileSystem(error) ? fileError(error, work) : error;
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

async function make(root: LayoutRoot, work: LayoutWork): Promise<string> {
  const path = await makeFolders(await root.base(), [...root.steps, FOLDER], work);
  await removeAbandoned(path, root);
  return path;
}

/** A process that was killed leaves what it was writing, which may be large. */
async function removeAbandoned(folder: string, { clock }: LayoutRoot): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    try {
      const { mtimeMs } = await lstat(path);
      if (clock.now() - mtimeMs > ABANDONED_AFTER) await unlink(path);
    } catch {
      // It is gone, or stays: no reason not to go on.
    }
  }
}

function isOfFileSystem(error: unknown): boolean {
  return codeOf(error) !== undefined && error instanceof Error && "syscall" in error;
}
