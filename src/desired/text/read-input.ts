import { close, constants, fstat, open, read } from "node:fs";
import { Socket } from "node:net";
import { isatty, ReadStream } from "node:tty";
import { promisify } from "node:util";

/**
 * Reads a file, a pipe or a terminal to its end; undefined if it is larger than `limit` bytes. Opening and reading a pipe
 * that nobody writes to would block a thread, and with it the end of the process. So a pipe is read without blocking.
 * @param flags for open(2), such as O_NOFOLLOW
 * @throws an error of the file system; the signal's reason if it is aborted while a pipe or a terminal is read
 */
export async function readInput(
  path: string,
  flags: number,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const descriptor = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
  const stream = await streamOf(descriptor);
  return stream === undefined ? readFile(descriptor, limit) : readStream(stream, limit, signal);
}

/** Returns a stream for a pipe or a terminal, which closes the descriptor; undefined for a file. */
async function streamOf(descriptor: number): Promise<Socket | undefined> {
  if ((await promisify(fstat)(descriptor)).isFIFO()) {
    return new Socket({ fd: descriptor, readable: true, writable: false });
  }
  return isatty(descriptor) ? new ReadStream(descriptor) : undefined;
}

async function readFile(descriptor: number, limit: number): Promise<Uint8Array | undefined> {
  try {
    const buffer = Buffer.alloc(limit + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await promisify(read)(descriptor, buffer, length, buffer.length - length, null);
      if (bytesRead === 0) return buffer.subarray(0, length);
      length += bytesRead;
    }
    return undefined;
  } finally {
    await promisify(close)(descriptor);
  }
}

async function readStream(
  stream: Socket,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const stop = () => void stream.destroy(signal?.reason as Error);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) stop();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      // Leaving the loop destroys the stream.
      if (length > limit) return undefined;
    }
    return Buffer.concat(chunks);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
