import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { blobOf, CONFIG, MANIFEST, memoryRegistry } from "./images.ts";
import { clientOf, serve } from "./server.ts";

test("an image is copied from one registry to another, byte for byte", async (t) => {
  const from = memoryRegistry();
  from.stored.blobs.set(blobOf(CONFIG).digest, CONFIG);
  from.stored.manifests.set("1.0", { mediaType: MANIFEST.mediaType, bytes: Buffer.from(MANIFEST.bytes) });
  const to = memoryRegistry();
  const sourceServer = await serve(t, from.handler);
  const targetServer = await serve(t, to.handler);
  const { registry: source } = clientOf(t, sourceServer.url);
  const { registry: target } = clientOf(t, targetServer.url, { side: "target" });

  const head = await source.headManifest("team/app", "1.0");
  assert.deepEqual(head, {
    mediaType: MANIFEST.mediaType,
    digest: MANIFEST.digest,
    size: MANIFEST.bytes.length,
  });
  const manifest = await source.getManifest("team/app", "1.0");
  assert.equal(manifest.digest, MANIFEST.digest);
  assert.equal(await target.hasBlob("mirror/app", blobOf(CONFIG)), false);
  const body = await source.openBlob("team/app", blobOf(CONFIG));
  await target.putBlob("mirror/app", blobOf(CONFIG), body);
  assert.equal(await target.hasBlob("mirror/app", blobOf(CONFIG)), true);
  await target.putManifest("mirror/app", "1.0", manifest);

  assert.deepEqual(to.stored.blobs.get(blobOf(CONFIG).digest), CONFIG);
  assert.deepEqual(to.stored.manifests.get("1.0"), {
    mediaType: MANIFEST.mediaType,
    bytes: Buffer.from(MANIFEST.bytes),
  });
  assert.deepEqual(sourceServer.lines(), [
    "HEAD /v2/team/app/manifests/1.0",
    "GET /v2/team/app/manifests/1.0",
    `GET /v2/team/app/blobs/${blobOf(CONFIG).digest}`,
  ]);
  assert.deepEqual(targetServer.lines(), [
    `HEAD /v2/mirror/app/blobs/${blobOf(CONFIG).digest}`,
    "POST /v2/mirror/app/blobs/uploads/",
    `PUT /v2/mirror/app/blobs/uploads/1?_state=a%3Db+c&digest=${encodeURIComponent(blobOf(CONFIG).digest)}`,
    `HEAD /v2/mirror/app/blobs/${blobOf(CONFIG).digest}`,
    "PUT /v2/mirror/app/manifests/1.0",
  ]);
});

test("an upload is one request with a Content-Length", async (t) => {
  const { handler, stored } = memoryRegistry();
  const server = await serve(t, handler);
  const { registry } = clientOf(t, server.url, { side: "target" });
  const bytes = Buffer.alloc(1_000_000, "x");

  await registry.putBlob("app", blobOf(bytes), Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]));

  assert.equal(server.seen[0]?.headers["content-length"], "0");
  const put = server.seen.at(-1);
  assert.equal(put?.headers["content-length"], "1000000");
  assert.equal(put?.headers["transfer-encoding"], undefined);
  assert.ok(stored.blobs.get(blobOf(bytes).digest)?.equals(bytes));
});

test("an empty blob can be uploaded", async (t) => {
  const { handler, stored } = memoryRegistry();
  const server = await serve(t, handler);
  const { registry } = clientOf(t, server.url, { side: "target" });

  await registry.putBlob("app", blobOf(Buffer.alloc(0)), Readable.from([]));

  assert.deepEqual([...stored.blobs.values()], [Buffer.alloc(0)]);
});

test("manifests and blobs are requested uncompressed, and manifests with all four media types", async (t) => {
  const { handler, stored } = memoryRegistry();
  stored.blobs.set(blobOf(CONFIG).digest, CONFIG);
  stored.manifests.set("1", { mediaType: MANIFEST.mediaType, bytes: Buffer.from(MANIFEST.bytes) });
  const server = await serve(t, handler);
  const { registry } = clientOf(t, server.url);

  await registry.headManifest("app", "1");
  await registry.getManifest("app", "1");
  await buffer(await registry.openBlob("app", blobOf(CONFIG)));

  assert.deepEqual(
    server.seen.map(({ headers }) => headers["accept-encoding"]),
    ["identity", "identity", "identity"],
  );
  for (const { headers } of server.seen.slice(0, 2)) {
    assert.match(headers.accept ?? "", /oci\.image\.index.*manifest\.list\.v2.*oci\.image\.manifest.*manifest\.v2/);
  }
});
