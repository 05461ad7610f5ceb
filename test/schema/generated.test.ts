import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { generatedSources } from "../../scripts/generate.ts";

const ROOT = join(import.meta.dirname, "../..");

test("the generated files are up to date", async () => {
  for (const [path, content] of await generatedSources()) {
    assert.equal(await readFile(join(ROOT, path), "utf8"), content, `${path} is stale: npm run generate`);
  }
});

test("the compiled validator appends errors in place, so that its time is linear in their number", async () => {
  const source = await readFile(join(ROOT, "src/desired/generated/validate-mirror-file.ts"), "utf8");
  assert.match(source, /append\(vErrors/);
  assert.doesNotMatch(source, /\.concat\(/);
});

test("the compiled validator imports no modules", async () => {
  const source = await readFile(join(ROOT, "src/desired/generated/validate-mirror-file.ts"), "utf8");
  assert.doesNotMatch(source, /\brequire\(|^import /m);
});
