import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

import { readFailure } from "../../file-failure.ts";

/** Larger than any file that people write by hand. */
const MAX_SOURCE_BYTES = 1024 * 1024;

/** The text of a file; why it is skipped; or why it cannot be read. */
export type ReadSource =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "skipped"; readonly reason: "binary" | "large" }
  | { readonly kind: "unreadable"; readonly message: string };

/** Reads a regular file as text. A link is not followed: it could lead out of the tree. */
export async function readSource(path: string): Promise<ReadSource> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return { kind: "unreadable", message: readFailure(error) };
  }
  try {
    return await readOpen(file);
  } catch (error) {
    return { kind: "unreadable", message: readFailure(error) };
  } finally {
    await file.close();
  }
}

async function readOpen(file: FileHandle): Promise<ReadSource> {
  const { size } = await file.stat();
  if (size > MAX_SOURCE_BYTES) return { kind: "skipped", reason: "large" };
  const bytes = Buffer.alloc(size);
  const { bytesRead } = await file.read(bytes, 0, size, 0);
  return sourceOf(bytes.subarray(0, bytesRead));
}

/** Decodes the bytes of a file. */
export function sourceOf(bytes: Uint8Array): ReadSource {
  if (bytes.includes(0)) return { kind: "skipped", reason: "binary" };
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { kind: "unreadable", message: "it is not UTF-8" };
  }
}
