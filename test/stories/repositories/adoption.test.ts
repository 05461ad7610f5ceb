import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import type { Repository } from "../../../src/sandbox/registry/registry-store.ts";
import { runHere } from "../../support/in-process.ts";
import { folderWith } from "../../support/mirrorform.ts";
import type { Document } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets: { main: { ecr: {} } }
repositories: { adopt: true, tagMutability: IMMUTABLE }
mirrors:
  - { image: redis, tags: ["7"], prune: true, replace: { backup: "{tag}-old" } }
`;
const IMAGE = { layers: 1, layerBytes: 64, form: "oci-manifest" as const };

interface Place {
  sandbox: Sandbox;
  redis: Repository;
  run(command: string, ...more: string[]): Promise<{ code: number; stdout: string }>;
}

/** Starts with a repository `redis` without an ownership tag. It has an outdated tag `7` and an undeclared tag `6`. */
async function start(t: TestContext, text = FILE): Promise<Place> {
  const sandbox = await startSandbox({ images: ["redis:7"], imageOptions: IMAGE });
  const folder = await folderWith({ "mirrors.yaml": text });
  t.after(() => Promise.all([sandbox.close(), folder.remove()]));
  const { store } = await sandbox.ecr.registry();
  const redis = store.create("redis");
  for (const tag of ["6", "7"]) {
    sandbox.dockerHub.publish("library/old", tag, { ...IMAGE, revision: Number(tag) });
    const source = sandbox.dockerHub.store.repository("library/old");
    const digest = source?.tags.get(tag);
    const manifest = digest === undefined ? undefined : source?.manifests.get(digest);
    assert.ok(source !== undefined && manifest !== undefined);
    for (const [blob, bytes] of source.blobs) store.putBlob(redis, blob, bytes);
    store.putManifest(redis, manifest, [tag]);
  }
  const file = ["--file", `${folder.path}/mirrors.yaml`];
  return { sandbox, redis, run: (command, ...more) => runHere([command, ...file, ...more], sandbox.environment) };
}

function resultsOf(stdout: string): string[] {
  const { outcomes = [] } = JSON.parse(stdout) as Document;
  return outcomes.map(({ action, result, error }) => `${action.kind} ${result}${error ? ` ${error.code}` : ""}`);
}

/** If these fail, tags are deleted in a repository without an owner, or a second apply is needed. */
describe("a repository to adopt, with a tag to prune and another to replace,", () => {
  test("takes one plan, which shows all changes, and one apply", async (t) => {
    const { redis, run } = await start(t);
    const old = redis.tags.get("7");
    const planned = await run("plan");
    assert.match(
      planned.stdout,
      /adopted[^]+- 6 [^]+no longer in the mirror file|no longer in the mirror file[^]+adopted/,
    );
    assert.match(planned.stdout, /missing\s+for\s+a\s+moment,\s+old\s+image\s+kept\s+as\s+7-old/);
    const applied = await run("apply", "--json");
    assert.deepEqual(resultsOf(applied.stdout), [
      "adopt-repository done",
      "put-tag-mutability done",
      "copy-image done",
      "delete-tag done",
    ]);
    assert.deepEqual([...redis.tags.keys()].toSorted(), ["7", "7-old"]);
    assert.equal(redis.tags.get("7-old"), old);
    const again = await run("plan", "--detailed-exitcode");
    assert.equal(again.code, 0, again.stdout);
    assert.match(again.stdout, /No changes/);
  });

  test("keeps every tag if the adoption is denied", async (t) => {
    const { sandbox, redis, run } = await start(t);
    const before = new Map(redis.tags);
    sandbox.ecr.deny(["ecr:TagResource"]);
    const applied = await run("apply", "--json");
    assert.equal(applied.code, 1);
    assert.deepEqual(resultsOf(applied.stdout), [
      "adopt-repository failed DENIED",
      "put-tag-mutability failed REPOSITORY_FAILED",
      "copy-image failed REPOSITORY_FAILED",
      "delete-tag not-started HELD_BACK",
    ]);
    assert.deepEqual(redis.tags, before);
    assert.equal(sandbox.dockerHub.counted, 0, "no pulls were used");
  });

  test("gets images if the adoption is denied, and loses no tag", async (t) => {
    const plain = FILE.replace(", tagMutability: IMMUTABLE", "").replace(', replace: { backup: "{tag}-old" }', "");
    const { sandbox, redis, run } = await start(t, plain);
    sandbox.ecr.deny(["ecr:TagResource"]);
    const applied = await run("apply", "--json");
    assert.equal(applied.code, 1);
    assert.deepEqual(resultsOf(applied.stdout), [
      "adopt-repository failed DENIED",
      "copy-image done",
      "delete-tag not-started HELD_BACK",
    ]);
    assert.match(applied.stdout, /this repository could not be adopted, so nothing is deleted there/);
    assert.ok(redis.tags.has("6"));
  });
});
