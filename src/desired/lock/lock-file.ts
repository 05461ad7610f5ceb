import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { extname } from "node:path";

import { lockTextSteps, type LockLines } from "./lock-text.ts";
import type { Problem } from "../text/problem.ts";
import { decodeText, readBoundedFile } from "../text/read-bounded-file.ts";
import { inSlices } from "../../slices.ts";
import { readFailure } from "../../file-failure.ts";

/** A lock, read and checked. */
export interface Lock {
  path: string;
  lines: LockLines;
  /** The text of the file, for rendering problems. */
  source: string;
}

/** The result of reading a lock file: `problems` if it exists and is invalid. */
export type ReadLockFile = { lock: Lock | undefined } | { problems: Problem[]; source: string };

/** Enough for the most images that a mirror file can declare (100,000), with long names. */
const MAX_LOCK_BYTES = 16 * 1024 * 1024;

/** Returns the path of a mirror file's lock: `mirrors.lock.yaml` next to `mirrors.yaml`. */
export function lockPath(mirrorFile: string): string {
  const extension = extname(mirrorFile);
  return extension === ".yaml" || extension === ".yml"
    ? `${mirrorFile.slice(0, -extension.length)}.lock${extension}`
    : `${mirrorFile}.lock.yaml`;
}

/** Reads the lock of a mirror file, which is optional. Throws nothing but the reason of the signal, if it is aborted. */
export async function readLockFile(mirrorFile: string, signal?: AbortSignal): Promise<ReadLockFile> {
  const path = lockPath(mirrorFile);
  const unreadable = (message: string, hint?: string): ReadLockFile => ({
    problems: [{ code: "FILE_UNREADABLE", message, ...(hint === undefined ? {} : { hint }), path }],
    source: "",
  });
  try {
    const bytes = await readBytes(path);
    if (bytes === "no file") return unreadable("the lock file is not a regular file");
    if (bytes === undefined) return unreadable(`the lock file is larger than ${MAX_LOCK_BYTES} bytes`);
    const source = decodeText(bytes);
    if (source === undefined) return unreadable("the lock file is not UTF-8 text");
    const parsed = await inSlices(lockTextSteps(source, path), signal);
    return "problems" in parsed ? { ...parsed, source } : { lock: { path, ...parsed, source } };
  } catch (error) {
    signal?.throwIfAborted();
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return { lock: undefined };
    if (code === "ELOOP") {
      return unreadable(
        "the lock file is a symbolic link, which mirrorform does not follow",
        "replace the link with the file",
      );
    }
    return unreadable(`cannot read the lock file: ${readFailure(error)}`);
  }
}

/** Does not follow links: a pull request could add a lock file that links to any file, and a problem shows its lines. */
async function readBytes(path: string): Promise<Uint8Array | "no file" | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return (await file.stat()).isFile() ? await readBoundedFile(file, MAX_LOCK_BYTES) : "no file";
  } finally {
    await file.close();
  }
}
