import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test, type TestContext } from "node:test";

import type { Descriptor } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { registryTarget } from "../../src/registry/registry-target.ts";
import { skipBlobChecks } from "../../src/registry/skip-blob-checks.ts";
import { startPlainRegistry } from "../../src/sandbox/registry/plain-registry.ts";
import { clientOf, serve } from "./server.ts";

const { signal } = new AbortController();
const bytesOf = (size: number, fill: string): Buffer => Buffer.alloc(size, fill);
const blobOf = (bytes: Buffer): Descriptor => {
  return { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length };
};
const SMALL = bytesOf(1000, "small");
const LARGE = bytesOf(600 * 1024, "large");

async function start(t: TestContext) {
  const registry = await startPlainRegistry({ name: "target" });
  t.after(() => registry.close());
  const client = clientOf(t, new URL(registry.server.url), { side: "target" }).registry;
  const sent = () => registry.server.requests.map(({ method, path }) => `${method} ${path.split("/").at(-2)}`);
  return { registry, target: skipBlobChecks(registryTarget(client, "")), sent };
}

test("in an unknown repository, small blobs count as missing without a check", async (t) => {
  const { target, sent } = await start(t);
  const wanted = [blobOf(SMALL), blobOf(LARGE)];
  assert.deepEqual(await target.missingBlobs("app", wanted, signal), wanted);
  assert.deepEqual(sent(), ["GET tags", "HEAD blobs"]);
});

test("uploaded blobs and existing large blobs are not missing", async (t) => {
  const { registry, target } = await start(t);
  // A killed run leaves blobs, but no manifest that would make the repository known.
  assert.equal(await target.hasManifest("app", digestOf(SMALL), signal), false);
  assert.deepEqual(await target.missingBlobs("app", [blobOf(SMALL)], signal), [blobOf(SMALL)]);
  await target.putBlob("app", blobOf(SMALL), Readable.from([SMALL]), signal);
  registry.store.putBlob(registry.store.create("app"), digestOf(LARGE), LARGE);
  assert.deepEqual(await target.missingBlobs("app", [blobOf(SMALL), blobOf(LARGE)], signal), []);
});

test("in an existing repository, every blob is checked", async (t) => {
  const { registry, target, sent } = await start(t);
  registry.store.putBlob(registry.store.create("app"), digestOf(SMALL), SMALL);
  assert.deepEqual(await target.missingBlobs("app", [blobOf(SMALL)], signal), []);
  assert.deepEqual(sent(), ["GET tags", "HEAD blobs"]);
});

for (const [what, status, body] of [
  ["another error", 404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'],
  ["an HTML page", 404, "<html>not here</html>"],
  ["403", 403, '{"errors":[{"code":"DENIED"}]}'],
  ["500", 500, ""],
] as const) {
  test(`blobs are checked if the registry answers with ${what}`, async (t) => {
    const server = await serve(t, ({ method }, response) => {
      response.writeHead(method === "GET" ? status : 200, { "content-length": method === "GET" ? body.length : 1000 });
      response.end(method === "GET" ? body : "");
    });
    const client = clientOf(t, server.url, { side: "target" }).registry;
    const target = skipBlobChecks(registryTarget(client, ""));
    assert.deepEqual(await target.missingBlobs("app", [blobOf(SMALL)], signal), []);
    assert.equal(server.lines().filter((line) => line.startsWith("GET")).length, 1);
  });
}
