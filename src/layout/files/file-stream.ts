import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";

import { abortError } from "../../registry/http/abort-error.ts";
import { fileError, type LayoutWork } from "./file-error.ts";

/** Bytes per read. */
const CHUNK_BYTES = 256 * 1024;

/** Streams an open file from `offset`, in bytes. Closes the file when the stream ends or is destroyed. */
export function fileStream(handle: FileHandle, offset: number, work: LayoutWork, signal: AbortSignal): Readable {
  let position = offset;
  const stream = new Readable({
    highWaterMark: CHUNK_BYTES,
    async read() {
      try {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
        position += bytesRead;
        stream.push(bytesRead === 0 ? null : buffer.subarray(0, bytesRead));
      } catch (error) {
        stream.destroy(fileError(error, work));
      }
    },
    async destroy(error, done) {
      signal.removeEventListener("abort", stop);
      try {
        await handle.close();
      } catch {
        // The file was only read, so an error here loses no data.
      }
      done(error);
    },
  });
  const stop = (): void => void stream.destroy(abortError(signal, work));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return stream;
}
