import assert from "node:assert/strict";
import { copyFile, cp, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, test } from "node:test";

import { run } from "../support/command.ts";
import { folderWith } from "../support/mirrorform.ts";

const ROOT = join(import.meta.dirname, "../..");
const { problem } = createRequire(import.meta.url)("../../bin/node-version.cjs") as {
  problem: (version?: string) => string | undefined;
};

describe("the installed program", () => {
  test("needs the Node that package.json names", () => {
    for (const version of ["v22.19.0", "v22.20.1", "v23.0.0", "v24.21.0", "v100.0.0"]) {
      assert.equal(problem(version), undefined, version);
    }
    assert.equal(problem(), undefined, "of the Node that runs this test");
    for (const version of ["v0.12.18", "v9.11.2", "v20.20.2", "v22.9.0", "v22.18.0"]) {
      assert.equal(problem(version), `mirrorform needs Node 22.19 or later; this is ${version}.`);
    }
  });

  test("says in one line that a checkout is not built", async (t) => {
    const folder = await folderWith({});
    t.after(folder.remove);
    await cp(join(ROOT, "bin"), join(folder.path, "bin"), { recursive: true });
    await copyFile(join(ROOT, "package.json"), join(folder.path, "package.json"));
    const { code, stderr } = await run(process.execPath, [join(folder.path, "bin/mirrorform.cjs"), "plan"]);
    assert.equal(code, 1);
    assert.match(stderr, /^mirrorform is not built in this checkout: [^\n]*\n$/);
  });

  for (const script of ["bin/mirrorform.cjs", "scripts/assert-node.cjs"]) {
    test(`says that Node is too old in its first line, and loads nothing else: ${script}`, async (t) => {
      const folder = await folderWith({});
      t.after(folder.remove);
      const old = join(folder.path, "old.cjs");
      await writeFile(old, 'Object.defineProperty(process, "version", { value: "v20.20.2" });');
      const { code, stdout, stderr } = await run(process.execPath, ["--require", old, join(ROOT, script), "plan"]);
      assert.equal(code, 1);
      assert.equal(stdout, "");
      const [first, ...more] = stderr.trimEnd().split("\n");
      assert.equal(first, "mirrorform needs Node 22.19 or later; this is v20.20.2.");
      assert.deepEqual(more.length, script.startsWith("bin") ? 0 : 1);
    });
  }
});
