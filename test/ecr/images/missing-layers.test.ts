import assert from "node:assert/strict";
import { test } from "node:test";

import { openEcr } from "../../../src/ecr/ecr.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { startFixture } from "../../sandbox/support/ecr.ts";
import { testContext } from "../support/context.ts";

function blob(content: string) {
  const bytes = Buffer.from(content);
  return { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length, bytes };
}

test("finds missing blobs with one call per 100 blobs", async (t) => {
  const { ecr: sandbox, registry } = await startFixture(t);
  const ecr = await openEcr({}, testContext(sandbox.environment));
  await ecr.createRepository("app", {}, "platform");
  const blobs = Array.from({ length: 150 }, (_, i) => blob(`layer ${i}`));
  const existing = blobs.filter((_, i) => i % 3 === 0);
  const repository = registry.store.create("app");
  for (const { digest, bytes } of existing) registry.store.putBlob(repository, digest, bytes);

  const missing = await ecr.missingLayers("app", blobs);

  assert.deepEqual(
    missing,
    blobs.filter((_, i) => i % 3 !== 0),
  );
  const calls = sandbox.calls.filter(({ operation }) => operation === "BatchCheckLayerAvailability");
  assert.equal(calls.length, 2);
});

test("a blob with another size than in the manifest counts as missing", async (t) => {
  const { ecr: sandbox, registry } = await startFixture(t);
  const ecr = await openEcr({}, testContext(sandbox.environment));
  await ecr.createRepository("app", {}, "platform");
  const { digest, bytes, ...rest } = blob("layer");
  registry.store.putBlob(registry.store.create("app"), digest, bytes);
  const lie = { ...rest, digest, size: 7 };
  assert.deepEqual(await ecr.missingLayers("app", [lie]), [lie]);
});

test("a digest that ECR does not support counts as missing; a missing repository is an error", async (t) => {
  const { ecr: sandbox } = await startFixture(t);
  const ecr = await openEcr({}, testContext(sandbox.environment));
  await ecr.createRepository("app", {}, "platform");
  const odd = { ...blob("layer"), digest: "sha256:odd" as ReturnType<typeof digestOf> };
  assert.deepEqual(await ecr.missingLayers("app", [odd]), [odd]);
  await assert.rejects(ecr.missingLayers("none", [odd]), {
    code: "REPOSITORY_UNKNOWN",
    side: "target",
    operation: "check for blobs in",
  });
});
