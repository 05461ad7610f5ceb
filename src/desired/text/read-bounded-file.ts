import type { FileHandle } from "node:fs/promises";

/** Reads an open file to its end; undefined if it is larger than `limit` bytes. */
export async function readBoundedFile(file: FileHandle, limit: number): Promise<Uint8Array | undefined> {
  const buffer = Buffer.alloc(limit + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
  }
  return undefined;
}

/** Decodes UTF-8 without its byte order mark; undefined if the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
