import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { writeFileIfSame } from "../../src/rewrite/write-file.ts";
import { folderWith } from "../support/mirrorform.ts";

test("A file that is the same is replaced, with its mode and its byte order mark", async (context) => {
  const folder = await folderWith({ a: "\u{feff}old\r\n" });
  context.after(() => folder.remove());
  const path = join(folder.path, "a");
  await chmod(path, 0o750);
  assert.equal(await writeFileIfSame(path, "old\r\n", "new\r\n"), undefined);
  assert.equal(await readFile(path, "utf8"), "\u{feff}new\r\n");
  assert.equal((await stat(path)).mode & 0o777, 0o750);
  assert.deepEqual(await readdir(folder.path), ["a"]);
});

test("A file that changed in the meantime stays as it is", async (context) => {
  const folder = await folderWith({ a: "newer" });
  context.after(() => folder.remove());
  const path = join(folder.path, "a");
  assert.equal(await writeFileIfSame(path, "old", "new"), "it changed in the meantime");
  assert.equal(await readFile(path, "utf8"), "newer");
});

test("A link is not followed", async (context) => {
  const folder = await folderWith({ a: "old" });
  context.after(() => folder.remove());
  const link = join(folder.path, "b");
  await symlink("a", link);
  assert.equal(await writeFileIfSame(link, "old", "new"), "it is a link, and links are not followed");
  assert.equal(await readFile(join(folder.path, "a"), "utf8"), "old");
});

test("What is gone, or is no file, is told", async (context) => {
  const folder = await folderWith({});
  context.after(() => folder.remove());
  assert.equal(await writeFileIfSame(join(folder.path, "a"), "old", "new"), "it does not exist");
  await mkdir(join(folder.path, "b"));
  assert.equal(await writeFileIfSame(join(folder.path, "b"), "old", "new"), "it is not a regular file");
});

test("A temporary file that another run left does not matter", async (context) => {
  const folder = await folderWith({ a: "old" });
  context.after(() => folder.remove());
  await writeFile(join(folder.path, ".a.tmp"), "x");
  assert.equal(await writeFileIfSame(join(folder.path, "a"), "old", "new"), undefined);
});
