import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { listedImages } from "../../src/desired/entries/desired-entry.ts";
import { familiarReference } from "../../src/oci/reference.ts";
import { readMirrorFile } from "../../src/desired/mirror-file.ts";

test("the example mirror file is valid, contains both recipes, and uses the AWS defaults", async () => {
  const result = await readMirrorFile(join(import.meta.dirname, "../../mirrors.yaml"), { environment: {} });
  assert.ok("file" in result, JSON.stringify(result));
  const { file } = result;
  assert.deepEqual(file.targets, [{ name: "main", kind: "ecr", ecr: {} }]);
  const rows = listedImages(file.entries).map(
    ({ source, repository, tag, refresh }) => `${familiarReference(source)} -> ${repository}:${tag} ${refresh}`,
  );
  assert.deepEqual(rows.slice(0, 2), [
    "python:3.7-slim-buster -> python37_slim_buster:latest always",
    "ruby:2.7.1-slim -> nomorelimit:ruby-2.7.1-slim missing",
  ]);
});

test("in the example mirror file, only tags of fixed versions are immutable", async () => {
  const result = await readMirrorFile(join(import.meta.dirname, "../../mirrors.yaml"), { environment: {} });
  assert.ok("file" in result);
  for (const { tag, settings } of listedImages(result.file.entries)) {
    const { default: mutability, except } = settings.tagMutability ?? { default: "MUTABLE", except: [] };
    const fixed = mutability === "IMMUTABLE" && !except.includes(tag);
    assert.equal(fixed, /\d+\.\d+\.\d+/.test(tag), tag);
  }
});
