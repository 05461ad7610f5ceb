import { closeSync, constants, openSync, statSync } from "node:fs";
import { appendFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";

import { writeFailure, writeHint } from "../../file-failure.ts";
import { MirrorError } from "../../errors.ts";

/**
 * Writes an output file atomically, so that a reader never finds a partial one.
 * @throws MirrorError FILE_UNWRITABLE for a missing folder, a missing permission or a full disk
 */
export async function writeOutput(path: string, content: string): Promise<void> {
  try {
    const found = await stat(path).catch(() => undefined);
    // A pipe or a device cannot be replaced.
    if (found !== undefined && !found.isFile()) return await writeFile(path, content);
    await replace(found === undefined ? path : await realpath(path), content);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Checks in advance that a file can be written. Does not leave a new file.
 * @throws MirrorError FILE_UNWRITABLE
 */
export async function refuseUnwritable(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  // Opening a pipe would wait for its reader, who may come later.
  if (found?.isFIFO() === true) return;
  await appendOutput(path, "");
  if (found === undefined) await rm(await realpath(path), { force: true });
}

/**
 * Appends to a file that other programs write to as well, such as a job's summary.
 * @throws MirrorError FILE_UNWRITABLE
 */
export async function appendOutput(path: string, content: string): Promise<void> {
  try {
    await appendFile(path, content);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Returns the error for a file that cannot be written. */
export function unwritable(path: string, error: unknown): MirrorError {
  return new MirrorError(writeFailure(error), {
    code: "FILE_UNWRITABLE",
    side: "config",
    operation: "write file",
    reference: path,
    hint: writeHint(error),
    cause: error,
  });
}

/**
 * Checks that a pipe has a reader. Synchronous writes to one without a reader would stop the whole process, signals
 * included.
 * @throws an error of the file system, ENXIO
 */
export function refuseUnreadPipe(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFIFO() !== true) return;
  closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
}

async function replace(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    // A killed run may have left one, and a link could lead to another file.
    await rm(temporary, { force: true });
    await writeFile(temporary, content, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
