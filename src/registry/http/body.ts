import type { Readable } from "node:stream";

/** More came than was allowed. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/** Reads a body whole. @throws BodyTooLarge past `limit` bytes, after which the connection is closed */
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

/** Reads at most `limit` bytes as text; what follows, or what breaks, is dropped. */
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
    // The status is known: an error page cut short is still an error page.
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, limit));
}

/** Drops a body that nobody wants, so that its connection can be used again, or is closed where the body is long. */
export async function discard(body: Readable, limit: number): Promise<void> {
  await readStart(body, limit);
}
