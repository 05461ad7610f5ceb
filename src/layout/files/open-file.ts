import { constants, type Stats } from "node:fs";
import { lstat, open, realpath, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

import { fileError, isAbsent, linkError, type LayoutWork } from "./file-error.ts";
import { systemCodeOf } from "../../file-failure.ts";

/** A file that is open for reading. The caller closes it. */
export interface OpenFile {
  handle: FileHandle;
  /** In bytes. */
  size: number;
}

/**
 * Opens a file of a layout for reading. Layouts are untrusted: opens only regular files, and follows no links, also not
 * to find out that the file does not exist.
 * @param path absolute, without links above the layouts
 * @returns undefined if the file does not exist
 * @throws MirrorError LAYOUT_FILE
 */
export async function openFile(path: string, work: LayoutWork): Promise<OpenFile | undefined> {
  let handle: FileHandle;
  try {
    // O_NONBLOCK avoids blocking on a named pipe.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsent(error)) {
      await refuseLinks(dirname(path), work);
      return undefined;
    }
    throw systemCodeOf(error) === "ELOOP" ? linkError(work) : fileError(error, work);
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw fileError(Object.assign(new Error("not a file"), { code: "EISDIR" }), work);
    if ((await realpath(path)) !== path) throw linkError(work);
    return { handle, size: stat.size };
  } catch (error) {
    await handle.close();
    throw fileError(error, work);
  }
}

/**
 * Refuses a folder, which need not exist, with a link in its path.
 * @param path absolute, without links above the layouts
 * @returns the deepest part of the path that exists
 * @throws MirrorError LAYOUT_FILE
 */
export async function refuseLinks(path: string, work: LayoutWork): Promise<Stats | undefined> {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const stat = await lstat(folder);
      if (stat.isSymbolicLink() || (await realpath(folder)) !== folder) throw linkError(work);
      return stat;
    } catch (error) {
      if (!isAbsent(error)) throw fileError(error, work);
    }
  }
  return undefined;
}

/**
 * Refuses a folder to write to, which need not exist, with a link or a file in its path.
 * @param path absolute, without links above the layouts
 * @throws MirrorError LAYOUT_FILE
 */
export async function requireFolderPath(path: string, work: LayoutWork): Promise<void> {
  const deepest = await refuseLinks(path, work);
  if (deepest?.isDirectory() === false) throw fileError(notAFolder(), work);
}

/** Returns the system's error for a path through a file. */
export function notAFolder(): Error {
  return Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
}

/**
 * Reads a whole small file.
 * @returns undefined if it does not exist; `too-large` if it has more than `limit` bytes
 */
export async function readSmallFile(
  path: string,
  limit: number,
  work: LayoutWork,
): Promise<Buffer | "too-large" | undefined> {
  const file = await openFile(path, work);
  if (file === undefined) return undefined;
  try {
    if (file.size > limit) return "too-large";
    const bytes = Buffer.alloc(file.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    throw fileError(error, work);
  } finally {
    await file.handle.close();
  }
}
