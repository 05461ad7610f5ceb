import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { test, type TestContext } from "node:test";
import { MirrorError } from "../../../src/errors.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { blobOf, memoryRegistry } from "../images.ts";
import { until } from "../../support/until.ts";
import { clientOf, refuse, serve } from "../server.ts";

const BYTES = Buffer.alloc(300_000, "blob");

/** Starts a registry that handles each PUT with `put`. */
async function target(t: TestContext, put: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      request.resume();
      return void response.writeHead(202, { location: "/up" }).end();
    }
    put(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Streams chunks, and waits with the last one until `began` resolves. */
function chunksUntil(began: Promise<void>, chunks: readonly Buffer[]): Readable {
  return Readable.from(
    (async function* () {
      yield* chunks.slice(0, -1);
      await began;
      yield* chunks.slice(-1);
    })(),
  );
}

const WRONG: [string, Buffer[]][] = [
  ["a changed last byte", [BYTES.subarray(0, 1), BYTES.subarray(1, -1), Buffer.from("!")]],
  ["a changed first byte", [Buffer.from("!"), BYTES.subarray(1, 2), BYTES.subarray(2)]],
  ["a byte missing", [BYTES.subarray(0, 1), BYTES.subarray(1, 1000), BYTES.subarray(1000, -1)]],
  ["an extra byte", [BYTES.subarray(0, 1), BYTES.subarray(1), Buffer.from("!")]],
  ["an endless tail", [BYTES.subarray(0, 1), BYTES.subarray(1, 2), ...Array<Buffer>(9).fill(BYTES)]],
];

for (const [words, chunks] of WRONG) {
  test(`a blob with ${words} is never complete at the target`, async (t) => {
    let received = 0;
    let isComplete = false;
    const began = Promise.withResolvers<void>();
    const cut = Promise.withResolvers<void>();
    const url = await target(t, (request, response) => {
      began.resolve();
      request.on("data", (chunk: Buffer) => {
        received += chunk.length;
      });
      request.on("end", () => {
        isComplete = true;
        response.writeHead(201).end();
      });
      request.on("close", () => cut.resolve());
    });
    const { registry } = clientOf(t, url, { side: "target" });
    const body = chunksUntil(words === "an endless tail" ? Promise.resolve() : began.promise, chunks);

    await assert.rejects(registry.putBlob("app", blobOf(BYTES), body), {
      code: "DIGEST_MISMATCH",
      side: "source",
      operation: "read blob",
      reference: `${url.host}/app@${blobOf(BYTES).digest}`,
    });

    if (words !== "an endless tail") await cut.promise;
    assert.ok(!isComplete && received < BYTES.length);
    assert.ok(body.destroyed);
  });
}

for (const [words, chunks] of [
  ["zero bytes", []],
  ["one chunk that is too long", [Buffer.concat([BYTES, BYTES])]],
] as const) {
  test(`a blob of ${words} is refused`, async (t) => {
    const { handler, stored } = memoryRegistry();
    const server = await serve(t, handler);
    const { registry } = clientOf(t, server.url, { side: "target" });
    await assert.rejects(registry.putBlob("app", blobOf(BYTES), Readable.from(chunks)), { code: "DIGEST_MISMATCH" });
    assert.equal(stored.blobs.size, 0);
  });
}

test("an empty blob with a wrong digest is refused before it is sent", async (t) => {
  const server = await serve(t, memoryRegistry().handler);
  const { registry } = clientOf(t, server.url, { side: "target" });
  const descriptor = { ...blobOf(Buffer.alloc(0)), digest: digestOf(Buffer.from("x")) };
  await assert.rejects(registry.putBlob("app", descriptor, Readable.from([])), { code: "DIGEST_MISMATCH" });
  assert.ok(server.seen.every(({ method }) => method === "POST"));
});

test("an error of the source is thrown unchanged, and the upload is closed", async (t) => {
  const began = Promise.withResolvers<void>();
  const cut = Promise.withResolvers<void>();
  const url = await target(t, (request) => {
    began.resolve();
    request.on("close", () => cut.resolve());
    request.resume();
  });
  const { registry } = clientOf(t, url, { side: "target" });
  const broken = new MirrorError("the connection was closed", {
    code: "UNREACHABLE",
    side: "source",
    operation: "read blob",
    retryable: true,
  });
  const body = Readable.from(
    (async function* () {
      yield BYTES.subarray(0, 1000);
      yield BYTES.subarray(1000, 2000);
      await began.promise;
      throw broken;
    })(),
  );

  await assert.rejects(registry.putBlob("app", blobOf(BYTES), body), (error) => error === broken);
  await cut.promise;
});

test("an upload is not retried after a 503, so that the caller starts over", async (t) => {
  let puts = 0;
  const url = await target(t, (request, response) => {
    puts += 1;
    request.resume();
    request.on("end", () => response.writeHead(503).end());
  });
  const { registry, clock } = clientOf(t, url, { side: "target" });
  await assert.rejects(registry.putBlob("app", blobOf(BYTES), Readable.from([BYTES])), {
    code: "SERVER_ERROR",
    side: "target",
    retryable: true,
  });
  assert.equal(puts, 1);
  assert.deepEqual(clock.slept, []);
});

test("a connection closed during an upload is UNREACHABLE and retryable, and the source is destroyed", async (t) => {
  const url = await target(t, (request) => void request.once("data", () => request.socket.destroy()));
  const { registry } = clientOf(t, url, { side: "target" });
  const body = Readable.from([BYTES.subarray(0, 100_000), BYTES.subarray(100_000)]);
  await assert.rejects(registry.putBlob("app", blobOf(BYTES), body), {
    code: "UNREACHABLE",
    side: "target",
    retryable: true,
  });
  assert.ok(body.destroyed);
});

test("a success response before all bytes are sent is an error", async (t) => {
  const url = await target(t, (_request, response) => void response.writeHead(201).end());
  const { registry, events } = clientOf(t, url, { side: "target" });
  const body = Readable.from(
    (async function* () {
      yield BYTES.subarray(0, 10);
      yield BYTES.subarray(10, 20);
      await until(() => events.some((event) => event.type === "request.finished" && event.method === "PUT"));
      yield BYTES.subarray(20);
    })(),
  );
  await assert.rejects(registry.putBlob("app", blobOf(BYTES), body), { side: "target" });
});

test("an abort stops an upload", async (t) => {
  const stop = new AbortController();
  const url = await target(t, (request) => void request.once("data", () => stop.abort()));
  const { registry } = clientOf(t, url, { side: "target" });
  const body = Readable.from([BYTES.subarray(0, 100_000), BYTES.subarray(100_000)]);
  await assert.rejects(registry.putBlob("app", blobOf(BYTES), body, stop.signal), { code: "INTERRUPTED" });
  assert.ok(body.destroyed);
});

test("an upload to another host is refused before a byte is sent", async (t) => {
  const elsewhere = await serve(t, (_request, response) => void response.writeHead(201).end());
  const server = await serve(t, (_request, response) => {
    response.writeHead(202, { location: new URL("/up", elsewhere.url).href }).end();
  });
  const { registry } = clientOf(t, server.url, { side: "target" });
  const body = Readable.from([BYTES]);
  await assert.rejects(registry.putBlob("app", blobOf(BYTES), body), { code: "REDIRECT_REFUSED", hint: /X-Forwarded/ });
  assert.equal(elsewhere.seen.length, 0);
  assert.ok(body.destroyed);
});

test("a missing repository at ECR is REPOSITORY_UNKNOWN", async (t) => {
  const message = "The repository with name 'app' does not exist in the registry with id '111122223333'";
  const server = await serve(t, (_request, response) => refuse(response, 404, "NAME_UNKNOWN", message));
  const { registry } = clientOf(t, server.url, { side: "target", registryKind: "ecr" });
  await assert.rejects(registry.putBlob("app", blobOf(BYTES), Readable.from([BYTES])), {
    code: "REPOSITORY_UNKNOWN",
    operation: "start upload of blob",
    hint: /deleted/,
  });
});

test("the hint suggests a missing repository if ECR closes the connection", async (t) => {
  const server = await serve(t, (_request, _response, raw) => void raw.socket.destroy());
  const { registry } = clientOf(t, server.url, { side: "target", registryKind: "ecr" });
  await assert.rejects(registry.putBlob("app", blobOf(BYTES), Readable.from([BYTES])), {
    code: "UNREACHABLE",
    hint: /repository was deleted.*does not exist/,
  });
});

test("a token that expired before the PUT is renewed, and the caller starts over", async (t) => {
  let isPutRefused = true;
  const tokens = await serve(t, (_request, response) => {
    response.end(JSON.stringify({ token: `t${tokens.seen.length}` }));
  });
  const server = await serve(t, (request, response) => {
    const challenge = { "www-authenticate": `Bearer realm="${tokens.url.href}"` };
    if (request.headers.authorization === undefined) return void response.writeHead(401, challenge).end();
    if (request.method === "POST") return void response.writeHead(202, { location: "/up" }).end();
    const stored = { "docker-content-digest": digestOf(BYTES) };
    response.writeHead(isPutRefused ? 401 : 201, { ...challenge, ...stored }).end();
    isPutRefused = false;
  });
  const { registry } = clientOf(t, server.url, { side: "target" });
  await assert.rejects(registry.putBlob("app", blobOf(BYTES), Readable.from([BYTES])), {
    code: "UNAUTHORIZED",
    retryable: true,
  });
  await registry.putBlob("app", blobOf(BYTES), Readable.from([BYTES]));
  assert.equal(server.seen.at(-1)?.headers.authorization, "Bearer t2");
});

test("an upload that is refused with Retry-After tells the caller how long to wait", async (t) => {
  const url = await target(t, (request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(429, { "retry-after": "7" }).end());
  });
  const { registry, clock } = clientOf(t, url, { side: "target" });
  await assert.rejects(registry.putBlob("app", blobOf(BYTES), Readable.from([BYTES])), {
    code: "TOO_MANY_REQUESTS",
    retryable: true,
    retryAfterMilliseconds: 7_000,
  });
  assert.deepEqual(clock.slept, []);
});

for (const status of [201, 204]) {
  test(`a ${status} without a digest counts as a stored blob only if the registry has it, also for a mount`, async (t) => {
    for (const isStored of [true, false]) {
      const server = await serve(t, ({ method, url }, response) => {
        const location = { location: "/v2/app/blobs/uploads/1" };
        if (method === "HEAD" || method === "GET") {
          return void response.writeHead(isStored ? 200 : 404, { "content-length": BYTES.length }).end();
        }
        if (url.includes("mount=")) return void response.writeHead(201, location).end();
        response.writeHead(method === "POST" ? 202 : status, location).end();
      });
      const { registry } = clientOf(t, server.url, { side: "target" });
      const results = await Promise.allSettled([
        registry.putBlob("app", blobOf(BYTES), Readable.from([BYTES])),
        registry.mountBlob("app", blobOf(BYTES), "other"),
      ]);
      assert.deepEqual(
        results.map((result) => result.status),
        isStored ? ["fulfilled", "fulfilled"] : ["rejected", "rejected"],
      );
    }
  });
}

test("a registry may name a stored blob by a digest of another algorithm", async (t) => {
  const stored = { "docker-content-digest": `sha512:${"0".repeat(128)}` };
  const server = await serve(t, ({ method }, response) => {
    response.writeHead(method === "POST" ? 202 : 201, { location: "/v2/app/blobs/uploads/1", ...stored }).end();
  });
  const { registry } = clientOf(t, server.url, { side: "target" });
  await registry.putBlob("app", blobOf(BYTES), Readable.from([BYTES]));
});

for (const [what, headers] of [
  ["a web page", { "content-type": "text/html" }],
  ["another digest", { "docker-content-digest": `sha256:${"0".repeat(64)}` }],
] as const) {
  test(`a success response with ${what} does not count as a stored blob, for an upload and for a mount`, async (t) => {
    const content = Buffer.from("blob");
    const server = await serve(t, ({ method, url }, response) => {
      const isStart = method === "POST" && !url.includes("mount=");
      const location = { location: "/v2/app/blobs/uploads/1" };
      response.writeHead(isStart ? 202 : 201, isStart ? location : { ...location, ...headers }).end();
    });
    const { registry } = clientOf(t, server.url, { side: "target" });
    const blob = blobOf(content);
    const isRefused = (error: unknown) => error instanceof MirrorError && error.code === "UNEXPECTED_RESPONSE";
    await assert.rejects(registry.putBlob("app", blob, Readable.from([content])), isRefused);
    await assert.rejects(registry.mountBlob("app", blob, "other"), isRefused);
  });
}
