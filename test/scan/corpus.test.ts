import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { FILE_KINDS } from "../../src/scan/file-kind.ts";
import { mayNameImages } from "../../src/scan/scan-file.ts";
import { scanPaths } from "../../src/scan/scan-paths.ts";
import { ADOPTION, corpusFiles, corpusLine } from "../support/adoption.ts";

const files = corpusFiles();
const { signal } = new AbortController();
const scan = (paths: readonly string[]) => scanPaths(paths, { signal, standardInput: async function* () {} });

describe("In the corpus, scan finds the images of", () => {
  for (const { path, expected } of files) {
    test(path, async () => {
      const { images, notes } = await scan([join(ADOPTION, path)]);
      assert.deepEqual(images.map(corpusLine), expected);
      assert.deepEqual(notes, []);
    });
  }

  test("every kind of file", async () => {
    const { images, notes } = await scan([ADOPTION]);
    assert.deepEqual([...new Set(images.map(({ kind }) => kind))].toSorted(), [...FILE_KINDS]);
    assert.deepEqual(notes, []);
    const expected = files.filter(({ path }) => mayNameImages(path)).flatMap((file) => file.expected);
    assert.equal(images.length, expected.length);
  });

  test("files with a list of images each", () => {
    assert.ok(files.length >= 120, `${files.length} files`);
    assert.deepEqual(
      files.filter(({ path }) => !existsSync(join(ADOPTION, path))),
      [],
    );
  });
});
