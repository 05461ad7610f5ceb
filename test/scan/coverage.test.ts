import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { readLockFile } from "../../src/desired/lock/lock-file.ts";
import { readMirrorText, type MirrorFile } from "../../src/desired/mirror-file.ts";
import { parseReference, type Reference } from "../../src/oci/reference.ts";
import { coverageOf } from "../../src/scan/coverage.ts";
import { folderWith } from "../support/mirrorform.ts";

const [ONE, TWO] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`);

const ECR = "{ ecr: { account: '123456789012', region: us-east-1 } }";

async function mirrorFile(mirrors: string, targets = `main: ${ECR}`): Promise<MirrorFile> {
  const text = `version: 1\nname: t\ntargets:\n  ${targets}\nmirrors:\n${mirrors}`;
  const read = await readMirrorText("m.yaml", "m.yaml", text, { environment: {} });
  assert.ok("file" in read, JSON.stringify(read));
  return read.file;
}

function reference(text: string): Reference {
  const parsed = parseReference(text);
  assert.ok(typeof parsed !== "string", text);
  return parsed;
}

/** Returns the coverage of each image, with what is missing. */
async function covered(mirrors: string, images: readonly string[], targets?: string): Promise<string[]> {
  const coverage = coverageOf(await mirrorFile(mirrors, targets), undefined);
  return images.map((image) => {
    const found = coverage(reference(image));
    return found.kind === "missing" ? `missing ${found.missing}` : found.kind;
  });
}

describe("A mirror file covers", () => {
  test("the tags that an entry lists, in any spelling, and no others", async () => {
    const images = [
      "nginx:1",
      "docker.io/library/nginx:1",
      "index.docker.io/nginx:2",
      "nginx:3",
      "nginx",
      "ghcr.io/nginx:1",
    ];
    assert.deepEqual(await covered("  - { image: nginx, tags: ['1', '2'] }\n", images), [
      "mirrored",
      "mirrored",
      "mirrored",
      "missing tag",
      "missing tag",
      "missing repository",
    ]);
  });

  test("latest where neither names a tag", async () => {
    assert.deepEqual(await covered("  - image: redis\n", ["redis", "redis:latest"]), ["mirrored", "mirrored"]);
  });

  test("a digest only if an entry pins it, or leaves the digest of the tag open", async () => {
    const pinned = `  - image: redis:7@${ONE}\n`;
    assert.deepEqual(
      await covered(pinned, [`redis:7@${ONE}`, `redis@${ONE}`, `redis:7@${TWO}`, `redis@${TWO}`, "redis:7"]),
      ["mirrored", "mirrored", "missing digest", "missing digest", "mirrored"],
    );
    assert.deepEqual(await covered("  - image: redis:7\n", [`redis:7@${TWO}`, `redis@${TWO}`]), [
      "mirrored",
      "missing digest",
    ]);
  });

  test("the tags that a rule can select", async () => {
    const rule = "  - { image: node, tags: { semver: '>=20', exclude: '.*-slim' } }\n";
    assert.deepEqual(await covered(rule, ["node:22.1.0", "node:18.0.0", "node:22.1.0-slim"]), [
      "by-rule",
      "missing tag",
      "missing tag",
    ]);
  });

  test("images at its targets", async () => {
    const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    const others = ["123456789012.dkr.ecr.us-east-2.amazonaws.com/a", "210987654321.dkr.ecr.us-east-1.amazonaws.com/a"];
    const images = [`${host}/anything:1`, ...others, "public.ecr.aws/a/b"];
    const missing = "missing repository";
    assert.deepEqual(await covered("  - image: node\n", images), ["at-target", missing, missing, missing]);
    assert.deepEqual(await covered("  - image: node\n", images, "main: { ecr: {} }"), [
      "at-target",
      "at-target",
      "at-target",
      missing,
    ]);
    const registry = "main: { oci: https://r.example.com/team }";
    assert.deepEqual(await covered("  - image: node\n", ["r.example.com/team/a", "r.example.com/teams/a"], registry), [
      "at-target",
      missing,
    ]);
    assert.deepEqual(await covered("  - image: node\n", ["r.example.com/a"], "main: { layout: ./x }"), [missing]);
  });

  test("with a lock file, what the lock file has of a rule", async (t) => {
    const folder = await folderWith({
      "m.lock.yaml": `version: 1\ndocker.io/library/node:22.1.0: ${ONE}\n`,
    });
    t.after(() => folder.remove());
    const read = await readLockFile(`${folder.path}/m.yaml`);
    assert.ok("lock" in read && read.lock !== undefined, JSON.stringify(read));
    const file = await mirrorFile("  - { image: node, tags: { semver: '>=20' } }\n");
    const coverage = coverageOf(file, read.lock);
    assert.deepEqual(coverage(reference("node:22.1.0")), { kind: "mirrored" });
    assert.deepEqual(coverage(reference(`node@${ONE}`)), { kind: "mirrored" });
    assert.deepEqual(coverage(reference(`node:22.1.0@${TWO}`)), { kind: "missing", missing: "digest" });
    assert.deepEqual(coverage(reference("node:23.0.0")), { kind: "missing", missing: "tag" });
  });
});
