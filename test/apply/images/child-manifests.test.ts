import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { createChildManifests } from "../../../src/apply/images/child-manifests.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { registryTarget } from "../../../src/registry/registry-target.ts";
import { clientOf, serve } from "../../registry/server.ts";

const { signal } = new AbortController();
const bytes = Buffer.from("{}");
const MANIFEST = { bytes, mediaType: "application/vnd.oci.image.manifest.v1+json", digest: digestOf(bytes) };

async function start(t: TestContext, statuses: readonly number[]) {
  const remaining = [...statuses];
  const server = await serve(t, (_request, response) => {
    response.writeHead(remaining.shift() ?? 201, { "docker-content-digest": MANIFEST.digest }).end();
  });
  const target = registryTarget(clientOf(t, server.url, { side: "target" }).registry, "");
  return { server, target, children: createChildManifests() };
}

test("a manifest shared by two images is put once per repository", async (t) => {
  const { server, target, children } = await start(t, []);
  await Promise.all(["app", "app", "other"].map((repository) => children.put(target, repository, MANIFEST, signal)));
  await children.put(target, "app", MANIFEST, signal);
  assert.deepEqual(
    server.lines().toSorted(),
    ["app", "other"].map((repository) => `PUT /v2/${repository}/manifests/${MANIFEST.digest}`),
  );
});

test("a failed put is retried by the next image", async (t) => {
  const { server, target, children } = await start(t, [403]);
  await assert.rejects(children.put(target, "app", MANIFEST, signal), { code: "DENIED" });
  await children.put(target, "app", MANIFEST, signal);
  assert.equal(server.seen.length, 2);
});
