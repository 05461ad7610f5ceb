import { fchmod, stat as statOf, writeFile } from "node:fs";
import { realpath, rename, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";

import { APPEND, CREATE, isOwnDescriptor, openOutput, outputPath, TRUNCATE, unwritable } from "./open-output.ts";

const stat = promisify(statOf);

/**
 * Writes an output file atomically, so that a reader never finds a partial one. A pipe, a device, or a file that the
 * process has open as `/dev/stdout` cannot be replaced, and is written in place.
 * @throws MirrorError FILE_UNWRITABLE for a missing folder, a missing permission, a full disk or a link
 */
export async function writeOutput(path: string, content: string): Promise<void> {
  try {
    const { path: place } = await outputPath(path);
    const found = await stat(place).catch(() => undefined);
    const isReplaced = (found === undefined || found.isFile()) && !(await isOwnDescriptor(path));
    if (!isReplaced) return await write(path, TRUNCATE, content);
    await replaceOutput(
      found === undefined ? place : await realpath(place),
      content,
      found === undefined ? undefined : found.mode & 0o777,
    );
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Checks in advance that a file can be written. Does not leave a new file.
 * @throws MirrorError FILE_UNWRITABLE
 */
export async function refuseUnwritable(path: string): Promise<void> {
  try {
    const { path: place } = await outputPath(path);
    const found = await stat(place).catch(() => undefined);
    // Opening a pipe would wait for its reader, who may come later.
    if (found?.isFIFO() === true) return;
    await write(path, APPEND, "");
    if (found === undefined) await rm(await realpath(place), { force: true });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Appends to a file that other programs write to as well, such as a job's summary.
 * @throws MirrorError FILE_UNWRITABLE
 */
export async function appendOutput(path: string, content: string): Promise<void> {
  try {
    await write(path, APPEND, content);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Writes a new file.
 * @throws an error of the file system, EEXIST; MirrorError FILE_UNWRITABLE for a link on the way to it
 */
export async function writeNewOutput(path: string, content: string): Promise<void> {
  await write(path, CREATE, content);
}

async function write(path: string, flags: number, content: string, mode?: number): Promise<void> {
  const output = await openOutput(path, flags, mode);
  try {
    // A device can refuse even a write of no bytes.
    if (content !== "") await promisify(writeFile)(output.descriptor, content);
    // The mask of the process applies to new files only.
    if (mode !== undefined) await promisify(fchmod)(output.descriptor, mode);
  } finally {
    output.close();
  }
}

/**
 * Replaces a file by renaming a new one in its folder.
 * @param path free of links that must not be followed
 * @param mode of the file that is replaced; undefined for a new file
 * @throws an error of the file system
 */
export async function replaceOutput(path: string, content: string, mode: number | undefined): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await write(temporary, CREATE, content, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
