import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import { startSandbox } from "../../../src/sandbox/sandbox.ts";
import { runHere } from "../../support/in-process.ts";
import { folderWith } from "../../support/mirrorform.ts";

function file(mirrors: string, name = "platform"): string {
  return `version: 1\nname: ${name}\ntargets: { main: { ecr: {} } }\nmirrors:\n${mirrors}`;
}

const REDIS = "  - image: redis:7\n";
const NODE = "  - { image: node, tags: { match: MATCH, allowEmpty: true }, prune: true }\n";

/** Starts an ECR with redis:7 and node:22 from the file "platform", and nginx:1 from another file. */
async function start(t: TestContext) {
  const imageOptions = { layers: 1, layerBytes: 64, form: "oci-manifest" as const };
  const sandbox = await startSandbox({ images: ["redis:7", "node:22", "nginx:1"], imageOptions });
  const folder = await folderWith({ "mirrors.yaml": file(REDIS + NODE.replace("MATCH", '"22"')) });
  t.after(() => Promise.all([sandbox.close(), folder.remove()]));
  const path = `${folder.path}/mirrors.yaml`;
  const run = (...args: string[]) => runHere([...args, "--file", path], sandbox.environment);
  const { store } = await sandbox.ecr.registry();
  const tags = () =>
    ["redis", "node", "nginx"].flatMap((name) =>
      [...(store.repository(name)?.tags.keys() ?? [])].map((tag) => `${name}:${tag}`),
    );
  assert.equal((await run("apply")).code, 0);
  await writeFile(path, file("  - image: nginx:1\n", "another"));
  assert.equal((await run("apply")).code, 0);
  const all = ["redis:7", "node:22", "nginx:1"];
  assert.deepEqual(tags(), all);
  return { sandbox, run, tags, all, write: (mirrors: string) => writeFile(path, file(mirrors)) };
}

/** If these fail, mirrored images are forgotten, or deleted because a rule selects nothing. */
describe("an owned repository without declared images", { concurrency: 2 }, () => {
  test("is found by its ownership tag, shown in the plan and kept, unlike the repository of another file", async (t) => {
    const { run, tags, all, write } = await start(t);
    await write(NODE.replace("MATCH", '"22"'));
    const planned = await run("plan", "--detailed-exitcode");
    assert.equal(planned.code, 0, planned.stdout);
    assert.match(planned.stdout, /redis\n +\* 1 tag +7 +kept: this repository is no longer in the mirror file/);
    assert.doesNotMatch(planned.stdout, /nginx/);
    assert.equal((await run("apply")).code, 0);
    assert.deepEqual(tags(), all);
  });

  test("is not searched for in a plan narrowed by --only, and the plan has a note if the search is denied", async (t) => {
    const { sandbox, run, write } = await start(t);
    await write(NODE.replace("MATCH", '"22"'));
    const before = sandbox.ecr.calls.length;
    assert.doesNotMatch((await run("plan", "--only", "node*")).stdout, /redis/);
    const operations = sandbox.ecr.calls.slice(before).map(({ operation }) => operation);
    assert.ok(!operations.includes("GetResources"));
    sandbox.ecr.deny(["tag:GetResources"]);
    const denied = await run("plan");
    assert.equal(denied.code, 0);
    assert.match(
      denied.stdout,
      /no longer in the mirror file could not be looked up\. To allow it, grant tag:GetResources/,
    );
  });

  test("keeps its tags if the rule that prunes it selects nothing, and apply exits with 1", async (t) => {
    const { sandbox, run, tags, all, write } = await start(t);
    await write(REDIS + NODE.replace("MATCH", "v.*"));
    // The repository is known from the entry, so the search for the ownership tag is not needed.
    sandbox.ecr.deny(["tag:GetResources"]);
    const planned = await run("plan");
    assert.match(planned.stdout, /1 blocked/);
    assert.match(planned.stdout, /! 1 of 1 tags +22 +the tag rules select nothing here, so nothing is deleted/);
    assert.match(planned.stdout, /NOTHING_DECLARED/);
    const applied = await run("apply", "--allow-deletions", "node");
    assert.equal(applied.code, 1, applied.stdout);
    assert.deepEqual(tags(), all);
  });

  test("keeps its tags if the whole file selects nothing", async (t) => {
    const { run, tags, all, write } = await start(t);
    await write(NODE.replace("MATCH", "v.*"));
    const applied = await run("apply");
    assert.equal(applied.code, 1);
    assert.match(applied.stdout, /NOTHING_DECLARED[^]*node/);
    assert.match(applied.stdout, /redis\n +\* 1 tag/);
    assert.deepEqual(tags(), all);
  });
});
