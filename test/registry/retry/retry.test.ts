import assert from "node:assert/strict";
import { test } from "node:test";
import { MirrorError } from "../../../src/errors.ts";
import { systemClock } from "../../../src/clock.ts";
import { BACKOFF_BASE, BACKOFF_CAP, MAX_ATTEMPTS, RETRY_AFTER_CAP } from "../../../src/registry/limits.ts";
import { readRetryAfter } from "../../../src/registry/retry/retry-after.ts";
import { retryDelay } from "../../../src/registry/retry/retry.ts";
import { MANIFEST } from "../images.ts";
import { clientOf, serve } from "../server.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");

for (const status of [408, 429, 500, 502, 503, 504]) {
  test(`a request is retried after a ${status}`, async (t) => {
    const server = await serve(t, (_request, response) => {
      if (server.seen.length < 3) return void response.writeHead(status).end("busy");
      response.writeHead(200, { "docker-content-digest": MANIFEST.digest }).end();
    });
    const { registry, events } = clientOf(t, server.url);

    assert.equal((await registry.headManifest("app", "1"))?.digest, MANIFEST.digest);
    const statuses = events.flatMap((event) => (event.type === "request.finished" ? [event.status] : []));
    assert.deepEqual(statuses, [status, status, 200]);
    const retries = events.flatMap((event) => (event.type === "request.retried" ? [event.attempt] : []));
    assert.deepEqual(retries, [1, 2]);
  });
}

for (const status of [400, 403, 404, 405, 501]) {
  test(`a ${status} is final`, async (t) => {
    const server = await serve(t, (_request, response) => void response.writeHead(status).end("no"));
    const { registry, clock } = clientOf(t, server.url);

    await assert.rejects(registry.getManifest("app", "1"), MirrorError);
    assert.equal(server.seen.length, 1);
    assert.deepEqual(clock.slept, []);
  });
}

test("attempts are limited, and the last error is no longer retryable", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(503).end("overloaded"));
  const { registry, clock } = clientOf(t, server.url);

  await assert.rejects(registry.getManifest("app", "1"), {
    code: "SERVER_ERROR",
    retryable: false,
    message: `${new URL(server.url).host} answered 503: overloaded`,
  });
  assert.equal(server.seen.length, MAX_ATTEMPTS);
  assert.equal(clock.slept.length, MAX_ATTEMPTS - 1);
});

test("a request is retried if the connection closes before the response", async (t) => {
  const server = await serve(t, (_request, response, raw) => {
    if (server.seen.length < 2) return void raw.socket.destroy();
    response.writeHead(200, { "docker-content-digest": MANIFEST.digest }).end();
  });
  const { registry } = clientOf(t, server.url);

  assert.equal((await registry.headManifest("app", "1"))?.digest, MANIFEST.digest);
  assert.equal(server.seen.length, 2);
});

test("a request is retried if the manifest is truncated", async (t) => {
  const server = await serve(t, (_request, response, raw) => {
    response.writeHead(200, { "content-type": MANIFEST.mediaType, "content-length": MANIFEST.bytes.length });
    if (server.seen.length > 1) return void response.end(MANIFEST.bytes);
    response.write(MANIFEST.bytes.subarray(0, 10), () => raw.socket.destroy());
  });
  const { registry } = clientOf(t, server.url);

  assert.equal((await registry.getManifest("app", MANIFEST.digest)).digest, MANIFEST.digest);
  assert.equal(server.seen.length, 2);
});

test("Retry-After is honored up to a cap", async (t) => {
  const waits = ["7", "86400"];
  const server = await serve(t, (_request, response) => {
    const wait = waits.shift();
    if (wait !== undefined) return void response.writeHead(429, { "retry-after": wait }).end();
    response.writeHead(200).end();
  });
  const { registry, clock } = clientOf(t, server.url, { random: () => 0 });

  await registry.headManifest("app", "1");
  assert.deepEqual(clock.slept, [7_000, RETRY_AFTER_CAP]);
});

test("an abort ends the wait at once, without another request", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(503, { "retry-after": "60" }).end());
  const stop = new AbortController();
  const { registry } = clientOf(t, server.url, {
    clock: systemClock,
    emit: (event) => event.type === "request.retried" && setImmediate(() => stop.abort()),
  });

  await assert.rejects(registry.headManifest("app", "1", stop.signal), { code: "INTERRUPTED" });
  assert.equal(server.seen.length, 1);
});

test("an abort ends a request without a response", async (t) => {
  const stop = new AbortController();
  const server = await serve(t, () => stop.abort());
  const { registry } = clientOf(t, server.url);

  await assert.rejects(registry.headManifest("app", "1", stop.signal), { code: "INTERRUPTED", retryable: false });
  await assert.rejects(registry.headManifest("app", "1", stop.signal), { code: "INTERRUPTED" });
  assert.equal(server.seen.length, 1);
});

test("the backoff is a random part of a span that doubles up to a cap", () => {
  assert.equal(
    retryDelay(1, undefined, () => 0),
    0,
  );
  assert.equal(
    retryDelay(1, undefined, () => 0.5),
    BACKOFF_BASE / 2,
  );
  assert.equal(
    retryDelay(2, undefined, () => 0.5),
    BACKOFF_BASE,
  );
  assert.equal(
    retryDelay(3, undefined, () => 0.5),
    BACKOFF_BASE * 2,
  );
  assert.equal(
    retryDelay(40, undefined, () => 0.5),
    BACKOFF_CAP / 2,
  );
});

const RETRY_AFTER: [string, number | undefined][] = [
  ["0", 0],
  ["120", 120_000],
  ["1.5", 1_500],
  ["Sat, 21 Nov 2026 12:00:30 GMT", 30_000],
  ["Saturday, 21-Nov-26 12:00:30 GMT", 30_000],
  ["Sat, 21 Nov 2026 11:00:00 GMT", 0],
  [String(NOW / 1000 + 45), 45_000],
  [String(NOW / 1000 - 45), 0],
  ["12.5ms", 12.5],
  ["2m", 120_000],
  ["1m30s", 90_000],
  ["1h0m0.5s", 3_600_500],
  ["1m30", undefined],
  ["soon", undefined],
  ["-5", undefined],
  ["", undefined],
  ["2026-11-21", undefined],
];

for (const [text, expected] of RETRY_AFTER) {
  test(`Retry-After: ${text || "(empty)"} means ${expected ?? "nothing"}`, () => {
    assert.equal(readRetryAfter({ "retry-after": text }, NOW), expected);
  });
}

test("without Retry-After there is no delay", () => {
  assert.equal(readRetryAfter({}, NOW), undefined);
});
