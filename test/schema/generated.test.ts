import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { generatedSources } from "../../scripts/generate.ts";

const ROOT = join(import.meta.dirname, "../..");

test("what is generated from the schema is what is checked in", async () => {
  for (const [path, content] of await generatedSources()) {
    assert.equal(await readFile(join(ROOT, path), "utf8"), content, `${path} is stale: npm run generate`);
  }
});

test("the compiled validator gathers its errors in place: in steps a megabyte of bad entries takes the square of its time", async () => {
  const source = await readFile(join(ROOT, "src/desired/generated/validate-mirror-file.ts"), "utf8");
  assert.match(source, /append\(vErrors/);
  assert.doesNotMatch(source, /\.concat\(/);
});

test("the compiled validator needs no module at run time", async () => {
  const source = await readFile(join(ROOT, "src/desired/generated/validate-mirror-file.ts"), "utf8");
  assert.doesNotMatch(source, /\brequire\(|^import /m);
});
