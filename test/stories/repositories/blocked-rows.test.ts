import assert from "node:assert/strict";
import { test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { errorsIn, world } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets: { main: { ecr: {} } }
repositories: { tagMutability: IMMUTABLE }
mirrors: [{ image: redis:7 }]
`;

test("an immutable tag with another digest is blocked with advice in the plan, and fails the apply", async (t) => {
  const { sandbox, json, run } = await world(t, { "mirrors.yaml": FILE }, { images: ["redis:7"] });
  assert.equal((await json(["apply"])).code, 0);
  const { store } = await sandbox.ecr.registry();
  const before = store.repository("redis")?.tags.get("7");
  sandbox.dockerHub.publish("library/redis", "7", { revision: 2 });

  const planned = await json(["plan"]);
  assert.equal(planned.code, 0);
  const [error] = errorsIn(planned.document);
  assert.deepEqual([error?.code, error?.side, error?.operation], ["TAG_IMMUTABLE", "target", "move tag"]);
  assert.match(error?.hint ?? "", /another tag/);

  const applied = await run(["apply"]);
  assert.equal(applied.code, 1);
  assert.match(applied.stdout, /redis:7 +blocked: the tag is immutable/);
  assert.equal(store.repository("redis")?.tags.get("7"), before);
});

test("an image with a foreign layer is copied to ECR without that layer", async (t) => {
  const { sandbox, json } = await world(
    t,
    { "mirrors.yaml": FILE },
    {
      images: ["redis:7"],
      imageOptions: { form: "docker-manifest" },
    },
  );
  const source = sandbox.dockerHub.store.repository("library/redis");
  const old = source?.manifests.values().next().value;
  assert.ok(source !== undefined && old !== undefined);
  const image = JSON.parse(Buffer.from(old.bytes).toString("utf8")) as { layers: object[] };
  const digest = digestOf(Buffer.from("not here"));
  const mediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  image.layers.unshift({ mediaType, digest, size: 8, urls: ["https://example.com/never-asked"] });
  const bytes = Buffer.from(JSON.stringify(image));
  sandbox.dockerHub.store.putManifest(source, { ...old, bytes, digest: digestOf(bytes) }, ["7"]);
  assert.equal((await json(["apply"])).code, 0);
  const { store } = await sandbox.ecr.registry();
  assert.equal(store.repository("redis")?.tags.get("7"), digestOf(bytes));
  assert.equal(store.repository("redis")?.blobs.has(digest), false);
});
