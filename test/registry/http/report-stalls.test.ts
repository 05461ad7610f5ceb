import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, test, type TestContext } from "node:test";

import type { MirrorEvent } from "../../../src/events.ts";
import { turn, until } from "../../support/until.ts";
import { blobOf } from "../images.ts";
import { clientOf, serve } from "../server.ts";

const BYTES = Buffer.alloc(3_000_000, "layer");
const BLOB = blobOf(BYTES);

/** Replaces `setInterval`. @returns a function that lets one interval of every timer pass */
function movedIntervals(t: TestContext): () => void {
  const timers = new Map<object, () => void>();
  t.mock.method(globalThis, "setInterval", (callback: () => void) => {
    const timer = { unref: () => undefined };
    timers.set(timer, callback);
    return timer;
  });
  t.mock.method(globalThis, "clearInterval", (timer: object) => timers.delete(timer));
  return () => timers.forEach((callback) => callback());
}

function stallsIn(events: readonly MirrorEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "transfer.stalled" || event.type === "transfer.resumed"
      ? [`${event.type} ${event.side} ${event.method}`]
      : [],
  );
}

describe("a download", () => {
  test("stalls if its host stops in the middle of the blob, and resumes with the next bytes", async (t) => {
    const pass = movedIntervals(t);
    const more = Promise.withResolvers<void>();
    const server = await serve(t, async (_request, response) => {
      response.writeHead(200, { "content-length": BLOB.size });
      response.write(Buffer.alloc(100_000));
      await more.promise;
      response.write(Buffer.alloc(100_000));
    });
    const { registry, events } = clientOf(t, server.url);
    const body = await registry.openBlob("app", BLOB);
    let received = 0;
    body.on("data", (chunk: Buffer) => (received += chunk.length));
    await until(() => received === 100_000);
    pass();
    assert.deepEqual(stallsIn(events), [], "bytes have arrived in this interval");
    pass();
    pass();
    assert.deepEqual(stallsIn(events), ["transfer.stalled source GET"]);
    more.resolve();
    await until(() => received === 200_000);
    pass();
    assert.deepEqual(stallsIn(events), ["transfer.stalled source GET", "transfer.resumed source GET"]);
    body.destroy();
  });

  test("does not stall while its reader takes nothing", async (t) => {
    const pass = movedIntervals(t);
    const server = await serve(t, (_request, response) => void response.writeHead(200).end(Buffer.alloc(BLOB.size)));
    const { registry, events } = clientOf(t, server.url);
    const body = await registry.openBlob("app", BLOB);
    await until(() => body.readableLength > 0);
    for (let i = 0; i < 5; i += 1) pass();
    assert.deepEqual(stallsIn(events), []);
    body.destroy();
  });
});

describe("an upload", () => {
  test("stalls if the registry does not answer after the last byte, and ends that with the answer", async (t) => {
    const pass = movedIntervals(t);
    const received = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const server = await serve(t, async ({ method }, response) => {
      if (method === "POST") return void response.writeHead(202, { location: "/up" }).end();
      received.resolve();
      await answer.promise;
      response.writeHead(201, { "docker-content-digest": BLOB.digest }).end();
    });
    const { registry, events } = clientOf(t, server.url, { side: "target" });
    const put = registry.putBlob("app", BLOB, Readable.from([BYTES]));
    await received.promise;
    pass();
    pass();
    assert.deepEqual(stallsIn(events), ["transfer.stalled target PUT"]);
    answer.resolve();
    await put;
    assert.deepEqual(stallsIn(events), ["transfer.stalled target PUT", "transfer.resumed target PUT"]);
  });

  test("does not stall while its source sends nothing", async (t) => {
    const pass = movedIntervals(t);
    const begun = Promise.withResolvers<void>();
    const server = await serve(t, ({ method }, response) => {
      if (method === "POST") response.writeHead(202, { location: "/up" }).end(() => begun.resolve());
    });
    const { registry, events } = clientOf(t, server.url, { side: "target" });
    const source = new Readable({ read: () => undefined });
    source.push(BYTES.subarray(0, 1000));
    const put = registry.putBlob("app", BLOB, source).catch(() => undefined);
    await begun.promise;
    await until(() => events.some((event) => "isStream" in event));
    for (let i = 0; i < 20; i += 1) await turn();
    for (let i = 0; i < 5; i += 1) pass();
    assert.deepEqual(stallsIn(events), []);
    source.destroy();
    await put;
  });
});
