import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test, type TestContext } from "node:test";

import { resumed } from "../../../src/apply/blobs/resumed-blob.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { clientOf, quickClock, serve, type Handler } from "../../registry/server.ts";

const BYTES = randomBytes(200_000);
const CUT = 70_000;
const SIGNAL = new AbortController().signal;

function offsetOf(range: string | undefined): number {
  return Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
}

/** Reads a blob of `size` bytes from a server. @returns the bytes received, and the offset of each request */
async function read(t: TestContext, size: number, handler: Handler): Promise<{ bytes: Buffer; offsets: number[] }> {
  const server = await serve(t, handler);
  const { registry } = clientOf(t, server.url);
  const blob = { digest: digestOf(BYTES), size, mediaType: "application/octet-stream" };
  const open = (offset: number, signal: AbortSignal) => registry.openBlob("app", blob, offset, signal);
  const chunks: Buffer[] = [];
  for await (const chunk of resumed([open], size, { clock: quickClock(), random: () => 0 }, SIGNAL)) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), offsets: server.seen.map(({ headers }) => offsetOf(headers.range)) };
}

describe("a response without a length that ends too early", () => {
  test("is followed by a request for the rest", async (t) => {
    const { bytes, offsets } = await read(t, BYTES.length, ({ headers }, response) => {
      const first = offsetOf(headers.range);
      if (first === 0) return void response.writeHead(200).end(BYTES.subarray(0, CUT));
      const range = `bytes ${first}-${BYTES.length - 1}/${BYTES.length}`;
      response.writeHead(206, { "content-range": range }).end(BYTES.subarray(first));
    });
    assert.ok(bytes.equals(BYTES));
    assert.deepEqual(offsets, [0, CUT]);
  });

  for (const [what, rest] of [
    ["has no more bytes", (response) => void response.writeHead(416).end()],
    ["sends the same bytes again", (response) => void response.writeHead(200).end(BYTES.subarray(0, CUT))],
  ] as const satisfies readonly [string, (response: Parameters<Handler>[1]) => void][]) {
    test(`ends the blob where the source ${what}, which its digest then shows to be incomplete`, async (t) => {
      const { bytes, offsets } = await read(t, BYTES.length, ({ headers }, response) => {
        if (offsetOf(headers.range) > 0) return rest(response);
        response.writeHead(200).end(BYTES.subarray(0, CUT));
      });
      assert.ok(bytes.equals(BYTES.subarray(0, CUT)));
      assert.deepEqual(offsets, [0, CUT]);
    });
  }

  test("is given up after a few requests that each deliver a little more", async (t) => {
    const { bytes, offsets } = await read(t, BYTES.length, ({ headers }, response) => {
      const first = offsetOf(headers.range);
      const part = BYTES.subarray(first, first + 10);
      const range = `bytes ${first}-${BYTES.length - 1}/${BYTES.length}`;
      response.writeHead(first === 0 ? 200 : 206, { "content-range": range }).end(part);
    });
    assert.equal(bytes.length, 50);
    assert.equal(offsets.length, 5);
  });
});
