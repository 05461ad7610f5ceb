import assert from "node:assert/strict";
import { test } from "node:test";

import { knownImages } from "../../../src/desired/lock/known-images.ts";
import { parseLock } from "../../../src/desired/lock/lock-text.ts";
import { readMirrorFile } from "../../../src/desired/mirror-file.ts";
import { formatReference } from "../../../src/oci/reference.ts";
import { folderWith } from "../../support/mirrorform.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const MIRRORS = `version: 1
name: x
targets: { main: { ecr: {} } }
mirrors:
  - image: redis:7
  - image: node
    tags: { semver: ">=20" }
`;

test("Without a lock, the images of listed entries are known; with one, also those that rules select from it", async (t) => {
  const folder = await folderWith({ "mirrors.yaml": MIRRORS });
  t.after(() => folder.remove());
  const read = await readMirrorFile(`${folder.path}/mirrors.yaml`, { environment: {} });
  assert.ok("file" in read);
  const names = (images: ReturnType<typeof knownImages>) => images.map(({ source }) => formatReference(source));
  const { entries } = read.file;
  assert.deepEqual(names(knownImages(entries, undefined)), ["docker.io/library/redis:7"]);
  const text = `version: 1\ndocker.io/library/node:18: ${DIGEST}\ndocker.io/library/node:22: ${DIGEST}\ndocker.io/library/redis:7: ${DIGEST}\n`;
  const parsed = parseLock(text, "mirrors.lock.yaml");
  assert.ok("lines" in parsed, JSON.stringify(parsed));
  assert.deepEqual(names(knownImages(entries, parsed.lines)), [
    "docker.io/library/redis:7",
    "docker.io/library/node:22",
  ]);
});
