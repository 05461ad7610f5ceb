import type { Readable } from "node:stream";

/** A body is larger than allowed. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/** Reads a whole body. @throws BodyTooLarge after `limit` bytes, and closes the connection */
export async function readBody(body: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new BodyTooLarge(`the body has more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Reads at most `limit` bytes as text. Ignores the rest of the body, and errors. */
export async function readStart(body: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) break;
    }
  } catch {
    // A truncated error page is good enough, because the status is known.
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, limit));
}

/** Discards a body, so that its connection can be reused. Closes the connection if the body is longer than `limit`. */
export async function discard(body: Readable, limit: number): Promise<void> {
  await readStart(body, limit);
}
