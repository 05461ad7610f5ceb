import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { describe, test, type TestContext } from "node:test";

import { withAlternates } from "../../../src/apply/blobs/read-from-alternates.ts";
import { UNCOUNTED } from "../../../src/apply/pulls/image-pulls.ts";
import type { ImageSource } from "../../../src/apply/ports.ts";
import { resumed } from "../../../src/apply/blobs/resumed-blob.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { createDispatcher } from "../../../src/registry/http/dispatcher.ts";
import { movedClock } from "../../support/moved-clock.ts";
import { turn, until } from "../../support/until.ts";
import { clientOf, quickClock, serve, type Handler, type Server } from "../../registry/server.ts";

const SIZE = 200_000;
const BYTES = randomBytes(SIZE);
const BLOB = { digest: digestOf(BYTES), size: SIZE, mediaType: "application/octet-stream" };
const MANIFEST = Buffer.from('{"schemaVersion":2}');
const SIGNAL = new AbortController().signal;
/** When an alternate is too slow in these tests. */
const LIMITS = { milliseconds: 300, bytes: 10_000 };

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
    readManifest: (repository, { digest }, signal) => registry.getManifest(repository, digest, signal),
    openBlob: registry.openBlob,
  };
}

async function start(t: TestContext, handler: Handler) {
  const [main, alternate] = [await serve(t, good), await serve(t, handler)];
  const clock = movedClock();
  const opened: Readable[] = [];
  const { name, readManifest, openBlob } = sourceOf(t, alternate);
  const counting: ImageSource = {
    name,
    readManifest,
    openBlob: async (...args) => {
      const stream = await openBlob(...args);
      opened.push(stream);
      return stream;
    },
  };
  const place = { source: counting, repositoryAt: (repository: string) => repository };
  const source = withAlternates(sourceOf(t, main), [place], async () => true, clock, LIMITS);
  return { main, alternate, source, clock, opened };
}

/** @param onReceived called with the number of bytes received so far */
async function readBlob(source: ImageSource, onReceived: (bytes: number) => void = () => {}): Promise<Buffer> {
  const open = (offset: number, signal: AbortSignal) => source.openBlob("app", BLOB, offset, signal);
  const timing = { clock: quickClock(), random: () => 0 };
  const chunks: Buffer[] = [];
  for await (const chunk of resumed([open], SIZE, timing, SIGNAL)) {
    chunks.push(chunk);
    onReceived(Buffer.concat(chunks).length);
  }
  return Buffer.concat(chunks);
}

/** Sends the head and a part of the blob, and nothing more. */
function stopping(first: number): Handler {
  return (_request, response) => {
    response.writeHead(200, { "content-length": SIZE }).write(BYTES.subarray(0, first));
    response.flushHeaders();
  };
}

describe("an alternate that is slow", () => {
  test("to answer about a manifest is replaced by the source, and not asked again in the run", async (t) => {
    const { main, alternate, source, clock } = await start(t, () => void clock.step());
    const digest = digestOf(MANIFEST);
    const { bytes } = await source.readManifest("app", { digest }, SIGNAL, UNCOUNTED);
    assert.deepEqual(Buffer.from(bytes), MANIFEST);
    await source.readManifest("app", { digest }, SIGNAL, UNCOUNTED);
    assert.deepEqual(await readBlob(source), BYTES);
    assert.deepEqual([alternate.seen.length, main.seen.length], [1, 3]);
  });

  test("to answer about a blob is replaced by the source", async (t) => {
    const { main, alternate, source, clock } = await start(t, () => void clock.step());
    assert.deepEqual(await readBlob(source), BYTES);
    assert.deepEqual([alternate.seen.length, main.seen.length], [1, 1]);
  });

  for (const [what, first, rest] of [
    ["sends the head of its answer and nothing more", 0, undefined],
    ["sends less than the minimum in the first interval", 9_999, "bytes=9999-"],
    ["sends a part and less than the minimum in the next interval", 50_000, "bytes=50000-"],
  ] as const) {
    test(`and ${what} is replaced by the source for the rest, and not asked again`, async (t) => {
      const { main, alternate, source, clock, opened } = await start(t, stopping(first));
      let received = 0;
      const read = readBlob(source, (bytes) => (received = bytes));
      await until(() => opened.length === 1 && received === first);
      while (main.seen.length === 0) {
        clock.step();
        await turn();
      }
      assert.deepEqual(await read, BYTES);
      assert.equal(main.seen.length, 1);
      assert.equal(main.seen[0]?.headers.range, rest);
      await source.readManifest("app", { digest: digestOf(MANIFEST) }, SIGNAL, UNCOUNTED);
      assert.equal(alternate.seen.length, 1);
    });
  }

  test("but keeps the minimum rate is read to the end, also when the reader is slow", async (t) => {
    let sent = 0;
    let sendMore = (): void => {};
    const { main, source, clock } = await start(t, (_request, response) => {
      response.writeHead(200, { "content-length": SIZE });
      sendMore = () => void response.write(BYTES.subarray(sent, (sent += SIZE / 10)));
      sendMore();
    });
    const stream = await source.openBlob("app", BLOB, 0, SIGNAL);
    const chunks: Buffer[] = [];
    const received = (): number => chunks.reduce((sum, { length }) => sum + length, 0);
    const read = (): void => {
      for (let chunk: unknown; (chunk = stream.read()) !== null;) chunks.push(chunk as Buffer);
    };
    for (let interval = 1; interval < 10; interval += 1) {
      await until(() => (read(), received() === sent));
      clock.step();
      sendMore();
    }
    await until(() => stream.readableLength > 0);
    for (let interval = 0; interval < 3; interval += 1) {
      clock.step();
      await turn();
    }
    await until(() => (read(), received() === SIZE));
    assert.deepEqual(Buffer.concat(chunks), BYTES);
    assert.equal(main.seen.length, 0);
  });
});

describe("an alternate that answers with a web page", () => {
  for (const status of [200, 401, 403, 511]) {
    test(`and status ${status} is replaced by the source, and not asked again in the run`, async (t) => {
      for (const first of ["blob", "manifest"] as const) {
        const { main, alternate, source } = await start(t, (_request, response) => {
          response.writeHead(status, { "content-type": "text/html" }).end("<!doctype html>Sign in");
        });
        const readManifest = () => source.readManifest("app", { digest: digestOf(MANIFEST) }, SIGNAL, UNCOUNTED);
        if (first === "manifest") await readManifest();
        assert.deepEqual(await readBlob(source), BYTES);
        await readManifest();
        const content = alternate.seen.filter(({ url }) => url !== "/v2/");
        assert.deepEqual([content.length, main.seen.length], [1, first === "manifest" ? 3 : 2]);
      }
    });
  }

  test("for what it lacks is asked for other content", async (t) => {
    const { alternate, source } = await start(t, (request, response) => {
      if (!request.url.includes("/manifests/")) return good(request, response);
      response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html>Not found");
    });
    await source.readManifest("app", { digest: digestOf(MANIFEST) }, SIGNAL, UNCOUNTED);
    assert.deepEqual(await readBlob(source), BYTES);
    assert.equal(alternate.seen.length, 2);
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
