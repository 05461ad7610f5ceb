import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { Agent } from "undici";
import { blobOf, CONFIG, MANIFEST, memoryRegistry } from "../images.ts";
import { createHosts } from "../../../src/registry/hosts/host-limits.ts";
import { answerTogether, clientOf, refuse, serve } from "../server.ts";

const BLOB = blobOf(Buffer.alloc(400_000, "layer"));

test("a blob is streamed with backpressure", async (t) => {
  let written = 0;
  const server = await serve(t, (_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
      response.once("drain", more);
    };
    more();
  });
  const { registry } = clientOf(t, server.url);
  const body = await registry.openBlob("app", BLOB);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(written < 50_000_000, "little is sent without a reader");
  body.destroy();
});

test("a truncated blob is an error of the source", async (t) => {
  const server = await serve(t, (_request, response, raw) => {
    response.writeHead(200, { "content-length": BLOB.size });
    response.write(Buffer.alloc(100_000), () => raw.socket.destroy());
  });
  const { registry } = clientOf(t, server.url);
  const body = await registry.openBlob("app", BLOB);
  await assert.rejects(buffer(body), {
    name: "MirrorError",
    code: "UNREACHABLE",
    side: "source",
    operation: "read blob",
    reference: `${server.url.host}/app@${BLOB.digest}`,
    retryable: true,
  });
});

test("a stalled blob is TIMEOUT", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(200, { "content-length": BLOB.size });
    response.write("x");
  });
  const dispatcher = new Agent({ bodyTimeout: 50 });
  t.after(() => dispatcher.destroy());
  const { registry } = clientOf(t, server.url, { dispatcher });
  await assert.rejects(buffer(await registry.openBlob("app", BLOB)), { code: "TIMEOUT", retryable: true });
});

test("an abort stops a download in progress", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(200);
    response.write("x");
  });
  const stop = new AbortController();
  const { registry } = clientOf(t, server.url);
  const body = await registry.openBlob("app", BLOB, 0, stop.signal);
  setImmediate(() => stop.abort());
  await assert.rejects(buffer(body), { code: "INTERRUPTED" });
});

test("a missing blob is an error for GET and false for HEAD", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(404).end());
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.openBlob("app", BLOB), { code: "BLOB_UNKNOWN" });
  assert.equal(await registry.hasBlob("app", BLOB), false);
});

test("a blob does not count as missing if the check is denied", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(403).end());
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.hasBlob("app", BLOB), { code: "DENIED" });
});

test("downloads are limited, and small requests do not wait for them", async (t) => {
  const memory = memoryRegistry();
  memory.stored.manifests.set("1", { mediaType: MANIFEST.mediaType, bytes: Buffer.from(MANIFEST.bytes) });
  const server = await serve(t, (request, response, raw) => {
    if (!request.url.includes("/blobs/")) return memory.handler(request, response, raw);
    response.writeHead(200);
    response.write("x");
  });
  const { registry } = clientOf(t, server.url, { hosts: createHosts(() => 2) });
  const first = await registry.openBlob("app", BLOB);
  const second = await registry.openBlob("app", BLOB);
  const third = registry.openBlob("app", BLOB);

  assert.ok(await registry.headManifest("app", "1"));
  assert.equal(server.seen.filter(({ url }) => url.includes("/blobs/")).length, 2);

  first.destroy();
  (await third).destroy();
  second.destroy();
});

test("small requests are limited", async (t) => {
  const together = answerTogether(3);
  const server = await serve(t, together.handler);
  const { registry } = clientOf(t, server.url, { hosts: createHosts(() => 3) });
  await Promise.all(Array.from({ length: 12 }, (_, tag) => registry.headManifest("app", `${tag}`)));
  assert.equal(together.most(), 3);
});

test("connections are reused, even after errors and redirects", async (t) => {
  const sockets = new Set<unknown>();
  const memory = memoryRegistry();
  memory.stored.blobs.set(blobOf(CONFIG).digest, CONFIG);
  const server = await serve(t, (request, response, raw) => {
    sockets.add(raw.socket);
    if (request.url === "/elsewhere") return void response.end(CONFIG);
    if (request.method === "GET" && request.url.includes("/blobs/")) {
      return void response.writeHead(307, { location: "/elsewhere" }).end("an unused body");
    }
    if (request.url.endsWith("/refused")) return void response.writeHead(403).end("x".repeat(10_000));
    return memory.handler(request, response, raw);
  });
  const { registry } = clientOf(t, server.url);
  for (let round = 0; round < 3; round += 1) {
    await registry.headManifest("app", "missing");
    await assert.rejects(registry.getManifest("app", "refused"));
    await buffer(await registry.openBlob("app", blobOf(CONFIG)));
    assert.equal(await registry.hasBlob("app", blobOf(CONFIG)), true);
  }
  // 18 requests; undici may open a second connection while the body of the first is still read.
  assert.ok(sockets.size <= 2, `${sockets.size} connections`);
});

const PAGE = "<!doctype html><title>Sign in</title>";

for (const length of ["with", "without"]) {
  test(`a web page ${length} a length in place of a blob is UNEXPECTED_RESPONSE`, async (t) => {
    const server = await serve(t, (_request, response) => {
      const size = length === "with" ? { "content-length": PAGE.length } : {};
      response.writeHead(200, { "content-type": "text/html", ...size }).end(PAGE);
    });
    const { registry } = clientOf(t, server.url);
    await assert.rejects(registry.openBlob("app", BLOB), {
      code: "UNEXPECTED_RESPONSE",
      message: `${server.url.host} answered with a web page instead of a blob`,
      hint: /HTTPS_PROXY/,
    });
  });
}

test("a blob that is itself HTML is read", async (t) => {
  const bytes = Buffer.from(PAGE);
  const server = await serve(t, (_request, response) => {
    response.writeHead(200, { "content-type": "text/html", "content-length": bytes.length }).end(bytes);
  });
  const { registry } = clientOf(t, server.url);
  assert.deepEqual(await buffer(await registry.openBlob("app", blobOf(bytes))), bytes);
});

for (const [what, head, get, expected] of [
  ["its length", { "content-length": BLOB.size }, undefined, true],
  ["no length, and GET has the blob", {}, BLOB.size, true],
  ["no length, and GET has a blob of another size", {}, 7, false],
  ["no length, and GET does not have it", {}, undefined, false],
  ["a proxy's page, and GET has the blob", { "content-type": "text/html", "content-length": 37 }, BLOB.size, true],
  ["a proxy's page, and GET does not have it", { "content-type": "text/html", "content-length": 37 }, undefined, false],
] as const) {
  test(`a blob ${expected ? "exists" : "is missing"} after a 200 with ${what}`, async (t) => {
    const server = await serve(t, (request, response) => {
      if (request.method === "HEAD") return void response.writeHead(200, head).end();
      assert.equal(request.headers.range, "bytes=0-0");
      if (get === undefined) return void response.writeHead(404).end();
      response.writeHead(206, { "content-range": `bytes 0-0/${get}`, "content-length": 1 }).end("x");
    });
    const { registry } = clientOf(t, server.url, { side: "target" });
    assert.equal(await registry.hasBlob("app", BLOB), expected);
  });
}

test("a refused check of a blob is explained by a GET of one byte", async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.method === "HEAD") return void response.writeHead(403).end();
    refuse(response, 403, "DENIED", "the project is locked");
  });
  const { registry } = clientOf(t, server.url, { side: "target" });
  await assert.rejects(registry.hasBlob("app", BLOB), { code: "DENIED", message: /the project is locked/ });
  assert.deepEqual(
    server.seen.map(({ method, headers }) => [method, headers.range]),
    [
      ["HEAD", undefined],
      ["GET", "bytes=0-0"],
    ],
  );
});
