import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { extname } from "node:path";

import { parseLock, type LockLines } from "./lock-text.ts";
import type { Problem } from "../text/problem.ts";
import { decodeText, readBoundedFile } from "../text/read-bounded-file.ts";

/** A lock, read and checked. */
export interface Lock {
  path: string;
  lines: LockLines;
  /** As it was read, for showing where something stands. */
  source: string;
}

/** What reading gave; `problems` when there is a lock and it is not valid. */
export type ReadLockFile = { lock: Lock | undefined } | { problems: Problem[]; source: string };

/** Room for as many images as a mirror file may ask for (100,000), with long names. */
const MAX_LOCK_BYTES = 16 * 1024 * 1024;

/** Where the lock of a mirror file is: `mirrors.lock.yaml` beside `mirrors.yaml`. */
export function lockPath(mirrorFile: string): string {
  const extension = extname(mirrorFile);
  return extension === ".yaml" || extension === ".yml"
    ? `${mirrorFile.slice(0, -extension.length)}.lock${extension}`
    : `${mirrorFile}.lock.yaml`;
}

/** Reads the lock of a mirror file; there need be none. Throws nothing of its own. */
export async function readLockFile(mirrorFile: string): Promise<ReadLockFile> {
  const path = lockPath(mirrorFile);
  const unreadable = (message: string, hint?: string): ReadLockFile => ({
    problems: [{ code: "FILE_UNREADABLE", message, ...(hint === undefined ? {} : { hint }), path }],
    source: "",
  });
  try {
    const bytes = await readBytes(path);
    if (bytes === "no file") return unreadable("the lock is no file");
    if (bytes === undefined) return unreadable(`the lock has more than ${MAX_LOCK_BYTES} bytes`);
    const source = decodeText(bytes);
    if (source === undefined) return unreadable("the lock is not UTF-8 text");
    const parsed = parseLock(source, path);
    return "problems" in parsed ? { ...parsed, source } : { lock: { path, ...parsed, source } };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return { lock: undefined };
    if (code === "ELOOP") return unreadable("the lock is a link, which is not followed", "put the file itself there");
    return unreadable(`the lock cannot be read: ${typeof code === "string" ? code : "unexpected error"}`);
  }
}

/** The operator names the mirror file, and nobody the lock: a link in a pull request must not show another file's lines. */
async function readBytes(path: string): Promise<Uint8Array | "no file" | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return (await file.stat()).isFile() ? await readBoundedFile(file, MAX_LOCK_BYTES) : "no file";
  } finally {
    await file.close();
  }
}
