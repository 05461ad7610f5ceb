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
  const asked = () => registry.server.requests.map(({ method, path }) => `${method} ${path.split("/").at(-2)}`);
  return { registry, target: skipBlobChecks(registryTarget(client, "")), asked };
}

test("in a repository that the registry does not know small blobs are missing without being asked for", async (t) => {
  const { target, asked } = await start(t);
  const wanted = [blobOf(SMALL), blobOf(LARGE)];
  assert.deepEqual(await target.missingBlobs("app", wanted, signal), wanted);
  assert.deepEqual(asked(), ["GET tags", "HEAD blobs"]);
});

test("what was put there is not missing any more, nor what was there and is large", async (t) => {
  const { registry, target } = await start(t);
  // As a run that was killed leaves it: blobs, and no manifest that makes the repository known.
  assert.equal(await target.hasManifest("app", digestOf(SMALL), signal), false);
  assert.deepEqual(await target.missingBlobs("app", [blobOf(SMALL)], signal), [blobOf(SMALL)]);
  await target.putBlob("app", blobOf(SMALL), Readable.from([SMALL]), signal);
  registry.store.putBlob(registry.store.create("app"), digestOf(LARGE), LARGE);
  assert.deepEqual(await target.missingBlobs("app", [blobOf(SMALL), blobOf(LARGE)], signal), []);
});

test("in a repository that is there every blob is asked for", async (t) => {
  const { registry, target, asked } = await start(t);
  registry.store.putBlob(registry.store.create("app"), digestOf(SMALL), SMALL);
  assert.deepEqual(await target.missingBlobs("app", [blobOf(SMALL)], signal), []);
  assert.deepEqual(asked(), ["GET tags", "HEAD blobs"]);
});

for (const [says, status, body] of [
  ["another error", 404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'],
  ["a page", 404, "<html>not here</html>"],
  ["that it may not be asked", 403, '{"errors":[{"code":"DENIED"}]}'],
  ["that it is broken", 500, ""],
] as const) {
  test(`where the registry says ${says}, blobs are asked for`, async (t) => {
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
