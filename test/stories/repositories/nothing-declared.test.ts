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

/** An ECR that holds redis:7 and node:22, mirrored by the file "platform", and another file's nginx:1. */
async function start(t: TestContext) {
  const imageOptions = { layers: 1, layerBytes: 64, form: "oci-manifest" as const };
  const sandbox = await startSandbox({ images: ["redis:7", "node:22", "nginx:1"], imageOptions });
  const folder = await folderWith({ "mirrors.yaml": file(REDIS + NODE.replace("MATCH", '"22"')) });
  t.after(() => Promise.all([sandbox.close(), folder.remove()]));
  const path = `${folder.path}/mirrors.yaml`;
  const run = (...args: string[]) => runHere([...args, "--file", path], sandbox.environment);
  const { store } = await sandbox.ecr.registry();
  const held = () =>
    ["redis", "node", "nginx"].flatMap((name) =>
      [...(store.repository(name)?.tags.keys() ?? [])].map((tag) => `${name}:${tag}`),
    );
  assert.equal((await run("apply")).code, 0);
  await writeFile(path, file("  - image: nginx:1\n", "another"));
  assert.equal((await run("apply")).code, 0);
  const all = ["redis:7", "node:22", "nginx:1"];
  assert.deepEqual(held(), all);
  return { sandbox, run, held, all, write: (mirrors: string) => writeFile(path, file(mirrors)) };
}

/** What breaks when these fail: what was mirrored once is forgotten, or goes because a rule chose nothing. */
describe("a repository of this file in which nothing is declared any more", { concurrency: 2 }, () => {
  test("is a row of the plan, found by its mark, and kept; another file's is not spoken of", async (t) => {
    const { run, held, all, write } = await start(t);
    await write(NODE.replace("MATCH", '"22"'));
    const planned = await run("plan", "--detailed-exitcode");
    assert.equal(planned.code, 0, planned.stdout);
    assert.match(planned.stdout, /redis\n +\* 1 tag +7 +kept: this repository is no longer in the mirror file/);
    assert.doesNotMatch(planned.stdout, /nginx/);
    assert.equal((await run("apply")).code, 0);
    assert.deepEqual(held(), all);
  });

  test("is not looked for where the plan is narrowed to some images, and a note where it may not be", async (t) => {
    const { sandbox, run, write } = await start(t);
    await write(NODE.replace("MATCH", '"22"'));
    const before = sandbox.ecr.calls.length;
    assert.doesNotMatch((await run("plan", "--only", "node*")).stdout, /redis/);
    const asked = sandbox.ecr.calls.slice(before).map(({ operation }) => operation);
    assert.ok(!asked.includes("GetResources"));
    sandbox.ecr.deny(["tag:GetResources"]);
    const denied = await run("plan");
    assert.equal(denied.code, 0);
    assert.match(
      denied.stdout,
      /no longer in the mirror file could not be looked up\. To allow it, grant tag:GetResources/,
    );
  });

  test("keeps its tags where the rule that prunes there chooses nothing: refused, and apply ends with 1", async (t) => {
    const { sandbox, run, held, all, write } = await start(t);
    await write(REDIS + NODE.replace("MATCH", "v.*"));
    // Also where the mark cannot be searched for: the entry names the repository.
    sandbox.ecr.deny(["tag:GetResources"]);
    const planned = await run("plan");
    assert.match(planned.stdout, /1 blocked/);
    assert.match(planned.stdout, /! 1 of 1 tags +22 +the tag rules select nothing here, so nothing is deleted/);
    assert.match(planned.stdout, /NOTHING_DECLARED/);
    const applied = await run("apply", "--allow-deletions", "node");
    assert.equal(applied.code, 1, applied.stdout);
    assert.deepEqual(held(), all);
  });

  test("keeps its tags where the whole file chooses nothing", async (t) => {
    const { run, held, all, write } = await start(t);
    await write(NODE.replace("MATCH", "v.*"));
    const applied = await run("apply");
    assert.equal(applied.code, 1);
    assert.match(applied.stdout, /NOTHING_DECLARED[^]*node/);
    assert.match(applied.stdout, /redis\n +\* 1 tag/);
    assert.deepEqual(held(), all);
  });
});
