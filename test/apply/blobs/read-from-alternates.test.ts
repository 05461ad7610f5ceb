import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { describe, test, type TestContext } from "node:test";

import { withAlternates } from "../../../src/apply/blobs/read-from-alternates.ts";
import { UNCOUNTED } from "../../../src/apply/pulls/image-pulls.ts";
import type { ImageSource } from "../../../src/apply/ports.ts";
import { resumed } from "../../../src/apply/blobs/resumed-blob.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { createDispatcher } from "../../../src/registry/http/dispatcher.ts";
import { clientOf, quickClock, serve, type Handler, type Server } from "../../registry/server.ts";

const SIZE = 200_000;
const BYTES = randomBytes(SIZE);
const BLOB = { digest: digestOf(BYTES), size: SIZE, mediaType: "application/octet-stream" };
const MANIFEST = Buffer.from('{"schemaVersion":2}');
const SIGNAL = new AbortController().signal;
/** When an alternate is too slow in these tests. */
const LIMITS = { milliseconds: 300, minimumBytes: 10_000 };

/** Serves the blob, whole or from an offset, and the manifest. */
function good({ url, headers }: Parameters<Handler>[0], response: ServerResponse): void {
  if (url.includes("/manifests/")) return void response.writeHead(200).end(MANIFEST);
  const first = Number(/^bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0);
  if (first === 0) return void response.writeHead(200, { "content-length": SIZE }).end(BYTES);
  const range = `bytes ${first}-${SIZE - 1}/${SIZE}`;
  response.writeHead(206, { "content-range": range }).end(BYTES.subarray(first));
}

function sourceOf(t: TestContext, server: Server): ImageSource {
  const { registry } = clientOf(t, server.url);
  return {
    name: "source",
    readManifest: (repository, digest, signal) => registry.getManifest(repository, digest, signal),
    openBlob: registry.openBlob,
  };
}

async function start(t: TestContext, handler: Handler) {
  const [main, alternate] = [await serve(t, good), await serve(t, handler)];
  const place = { source: sourceOf(t, alternate), repositoryAt: (repository: string) => repository };
  const source = withAlternates(sourceOf(t, main), [place], async () => true, LIMITS);
  return { main, alternate, source };
}

async function readBlob(source: ImageSource): Promise<Buffer> {
  const open = (offset: number, signal: AbortSignal) => source.openBlob("app", BLOB, offset, signal);
  const timing = { clock: quickClock(), random: () => 0 };
  const chunks: Buffer[] = [];
  for await (const chunk of resumed([open], SIZE, timing, SIGNAL)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Sends the head and `first` bytes, then single bytes at intervals. */
function trickling(first: number, milliseconds: number): Handler {
  return (_request, response, raw) => {
    response.writeHead(200, { "content-length": SIZE }).write(BYTES.subarray(0, first));
    response.flushHeaders();
    let at = first;
    const timer = setInterval(() => response.write(BYTES.subarray(at, (at += 1))), milliseconds);
    raw.socket.once("close", () => clearInterval(timer));
  };
}

describe("an alternate that is slow", () => {
  test("to answer about a manifest is replaced by the source, and not asked again in the run", async (t) => {
    const { main, alternate, source } = await start(t, () => {});
    const digest = digestOf(MANIFEST);
    const { bytes } = await source.readManifest("app", digest, SIGNAL, UNCOUNTED);
    assert.deepEqual(Buffer.from(bytes), MANIFEST);
    await source.readManifest("app", digest, SIGNAL, UNCOUNTED);
    assert.deepEqual(await readBlob(source), BYTES);
    assert.deepEqual([alternate.seen.length, main.seen.length], [1, 3]);
  });

  test("to answer about a blob is replaced by the source", async (t) => {
    const { main, alternate, source } = await start(t, () => {});
    assert.deepEqual(await readBlob(source), BYTES);
    assert.deepEqual([alternate.seen.length, main.seen.length], [1, 1]);
  });

  for (const [what, handler, rest] of [
    ["sends the head of its answer and nothing more", trickling(0, 10_000), undefined],
    ["sends a part and nothing more", trickling(50_000, 10_000), "bytes=50000-"],
    ["sends single bytes at intervals", trickling(20_000, 10), /^bytes=200\d\d-$/],
  ] as const) {
    test(`and ${what} is replaced by the source for the rest, and not asked again`, async (t) => {
      const { main, alternate, source } = await start(t, handler);
      assert.deepEqual(await readBlob(source), BYTES);
      assert.equal(main.seen.length, 1);
      const asked = main.seen[0]?.headers.range;
      if (rest instanceof RegExp) assert.match(asked ?? "", rest);
      else assert.equal(asked, rest);
      await source.readManifest("app", digestOf(MANIFEST), SIGNAL, UNCOUNTED);
      assert.equal(alternate.seen.length, 1);
    });
  }

  test("but keeps the minimum rate is read to the end, also when the reader is slow", async (t) => {
    const { main, source } = await start(t, (_request, response) => {
      response.writeHead(200, { "content-length": SIZE });
      let at = 0;
      const send = setInterval(() => {
        response.write(BYTES.subarray(at, (at += SIZE / 10)));
        if (at >= SIZE) response.end(() => clearInterval(send));
      }, 15);
    });
    const stream = await source.openBlob("app", BLOB, 0, SIGNAL);
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (chunks.length === 1) await new Promise((resolve) => setTimeout(resolve, 3 * LIMITS.milliseconds));
    }
    assert.deepEqual(Buffer.concat(chunks), BYTES);
    assert.equal(main.seen.length, 0);
  });
});

test("a source that stalls in the middle of a blob is asked for the rest only", async (t) => {
  let isFirst = true;
  const server = await serve(t, (request, response) => {
    if (!isFirst) return good(request, response);
    isFirst = false;
    response.writeHead(200, { "content-length": SIZE }).write(BYTES.subarray(0, 70_000));
  });
  const dispatcher = createDispatcher({ environment: {}, limits: { idle: 100 } });
  t.after(() => dispatcher.destroy());
  const { registry } = clientOf(t, server.url, { dispatcher });
  const source = { name: "source", readManifest: () => assert.fail(), openBlob: registry.openBlob };
  assert.deepEqual(await readBlob(source), BYTES);
  assert.deepEqual(
    server.seen.map(({ headers }) => headers.range),
    [undefined, "bytes=70000-"],
  );
});
