import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { listedImages } from "../../src/desired/entries/desired-entry.ts";
import { familiarReference } from "../../src/oci/reference.ts";
import { readMirrorFile } from "../../src/desired/mirror-file.ts";
import { world } from "../support/world.ts";

const EXAMPLE = join(import.meta.dirname, "../../mirrors.yaml");

test("the example mirror file is valid, and contains both recipes", async () => {
  const result = await readMirrorFile(EXAMPLE, { environment: {} });
  assert.ok("file" in result, JSON.stringify(result));
  const { file } = result;
  const rows = listedImages(file.entries).map(
    ({ source, repository, tag, refresh }) => `${familiarReference(source)} -> ${repository}:${tag} ${refresh}`,
  );
  assert.deepEqual(rows.slice(0, 2), [
    "python:3.7-slim-buster -> python37_slim_buster:latest always",
    "ruby:2.7.1-slim -> nomorelimit:ruby-2.7.1-slim missing",
  ]);
});

test("in the example mirror file, only tags of fixed versions are immutable", async () => {
  const result = await readMirrorFile(EXAMPLE, { environment: {} });
  assert.ok("file" in result);
  for (const { tag, settings } of listedImages(result.file.entries)) {
    const { default: mutability, except } = settings.tagMutability ?? { default: "MUTABLE", except: [] };
    const fixed = mutability === "IMMUTABLE" && !except.includes(tag);
    assert.equal(fixed, /\d+\.\d+\.\d+/.test(tag), tag);
  }
});

test("the example mirror file changes nothing in anyone's account", async (t) => {
  const place = await world(t, {}, { ecr: { account: "123456789012" } });
  const { code, stdout, stderr } = await place.run(["apply", "--file", EXAMPLE]);
  assert.notEqual(code, 0);
  assert.match(
    stdout + stderr,
    /cannot use AWS account 111122223333: the AWS credentials are for account 123456789012/,
  );
  const registry = await place.sandbox.ecr.registry("123456789012", "us-east-1");
  assert.equal(registry.store.repositories.size, 0);
});
