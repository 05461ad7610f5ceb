import type { IncomingMessage } from "node:http";

/** Returned for a body that is larger than allowed. */
export const TOO_LARGE = "too large";

/**
 * Reads a request's body into memory.
 * @returns the bytes, or {@link TOO_LARGE}. The rest of such a body is read and dropped, so that the client receives
 *   the answer instead of a broken connection
 * @throws Error if the client disconnects before the end
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | typeof TOO_LARGE> {
  let size = 0;
  let chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > limitBytes) chunks = [];
    else chunks.push(chunk);
  }
  return size > limitBytes ? TOO_LARGE : Buffer.concat(chunks);
}
