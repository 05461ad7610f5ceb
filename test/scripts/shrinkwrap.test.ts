import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { shrinkwrapOf } from "../../scripts/shrinkwrap.ts";

const ROOT = join(import.meta.dirname, "../..");

interface Lock {
  packages: Record<
    string,
    { version?: string; integrity?: string; dev?: boolean; dependencies?: object; devDependencies?: object }
  >;
}

function read(path: string): Lock {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8")) as Lock;
}

test("the shrinkwrap has the locked dependencies with their checksums, and none for contributors", () => {
  const lock = read("package-lock.json");
  const { packages } = shrinkwrapOf(lock) as Lock;
  const { "": root, ...dependencies } = packages;
  assert.equal(root?.devDependencies, undefined);
  assert.deepEqual(root?.dependencies, lock.packages[""]?.dependencies);
  assert.ok(Object.keys(dependencies).length > 20);
  assert.ok("node_modules/undici" in dependencies);
  assert.ok(!("node_modules/typescript" in dependencies));
  for (const [path, entry] of Object.entries(dependencies)) {
    assert.match(entry.integrity ?? "", /^sha512-/, path);
    assert.deepEqual(entry, lock.packages[path], path);
  }
});

test("package.json packs the shrinkwrap, and removes it after packing", () => {
  const { files, scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    files: string[];
    scripts: Record<string, string>;
  };
  assert.ok(files.includes("npm-shrinkwrap.json"));
  assert.match(scripts["prepack"] ?? "", /shrinkwrap$/);
  assert.match(scripts["postpack"] ?? "", /shrinkwrap -- --remove$/);
});
