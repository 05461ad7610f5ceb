import assert from "node:assert/strict";
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { replaceIfSame } from "../../../src/cli/output/replace-if-same.ts";
import { folderWith } from "../../support/mirrorform.ts";

test("A file that is the same is replaced, with its mode and its byte order mark", async (context) => {
  const folder = await folderWith({ a: "\u{feff}old\r\n" });
  context.after(() => folder.remove());
  const path = join(folder.path, "a");
  await chmod(path, 0o750);
  assert.equal(await replaceIfSame(path, "old\r\n", "new\r\n"), undefined);
  assert.equal(await readFile(path, "utf8"), "\u{feff}new\r\n");
  assert.equal((await stat(path)).mode & 0o777, 0o750);
  assert.deepEqual(await readdir(folder.path), ["a"]);
});

test("A file that changed in the meantime stays as it is", async (context) => {
  const folder = await folderWith({ a: "newer" });
  context.after(() => folder.remove());
  const path = join(folder.path, "a");
  assert.equal(await replaceIfSame(path, "old", "new"), "it changed in the meantime");
  assert.equal(await readFile(path, "utf8"), "newer");
});

test("What is gone, or is no file, is told", async (context) => {
  const folder = await folderWith({});
  context.after(() => folder.remove());
  assert.equal(await replaceIfSame(join(folder.path, "a"), "old", "new"), "it does not exist");
  await mkdir(join(folder.path, "b"));
  assert.equal(await replaceIfSame(join(folder.path, "b"), "old", "new"), "it is not a regular file");
});

test("A temporary file that another run left does not matter", async (context) => {
  const folder = await folderWith({ a: "old" });
  context.after(() => folder.remove());
  await writeFile(join(folder.path, ".a.tmp"), "x");
  assert.equal(await replaceIfSame(join(folder.path, "a"), "old", "new"), undefined);
});

test("A link on the way to a file below the working folder is refused", async (context) => {
  const outside = await folderWith({ a: "old" });
  const folder = await folderWith({});
  const before = process.cwd();
  context.after(async () => {
    process.chdir(before);
    await Promise.all([outside.remove(), folder.remove()]);
  });
  await symlink(outside.path, join(folder.path, "sub"));
  process.chdir(folder.path);
  for (const path of ["sub/a", "./sub/a", join(folder.path, "sub/a")]) {
    assert.match((await replaceIfSame(path, "old", "new")) ?? "", /^sub is a symbolic link/, path);
  }
  assert.equal(await readFile(join(outside.path, "a"), "utf8"), "old");
});

test("A link of the operator outside the working folder stays, and its file is replaced", async (context) => {
  const folder = await folderWith({ a: "old" });
  context.after(() => folder.remove());
  const link = join(folder.path, "b");
  await symlink("a", link);
  assert.equal(await replaceIfSame(link, "old", "new"), undefined);
  assert.equal(await readFile(join(folder.path, "a"), "utf8"), "new");
  assert.ok((await lstat(link)).isSymbolicLink());
});
