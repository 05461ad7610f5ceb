import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { walkTree } from "../../../src/scan/tree/walk-tree.ts";
import { folderWith } from "../../support/mirrorform.ts";

async function walk(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of walkTree(folder, new AbortController().signal)) paths.push(`${entry.kind} ${entry.path}`);
  return paths;
}

const REPOSITORY = {
  ".gitignore": "*.log\n/dist\nbuild/\n!keep.log\n# comment\ndeep/**/gen\n",
  "a.yaml": "",
  "a.log": "",
  "keep.log": "",
  "dist/x.yaml": "",
  "sub/dist/x.yaml": "",
  "sub/build/x.yaml": "",
  "sub/.gitignore": "!a.log\nx?.yaml\n[ab].json\n\\!odd.yaml\n",
  "sub/a.log": "",
  "sub/b.log": "",
  "sub/xy.yaml": "",
  "sub/x.yaml": "",
  "sub/b.json": "",
  "sub/c.json": "",
  "sub/!odd.yaml": "",
  "sub/under/a.log": "",
  "deep/1/2/gen/x.yaml": "",
  "deep/1/2/other/x.yaml": "",
  "with space/a.yaml": "",
};

test("A walk finds the files that git would add", async (context) => {
  const folder = await folderWith(REPOSITORY);
  context.after(() => folder.remove());
  execFileSync("git", ["init", "--quiet"], { cwd: folder.path });
  const listed = execFileSync("git", ["ls-files", "--others", "--exclude-standard", "-z"], { cwd: folder.path });
  const expected = listed.toString().split("\0").filter(Boolean).toSorted();
  const found = (await walk(folder.path)).map((entry) => entry.replace(`file ${folder.path}/`, ""));
  assert.deepEqual(found.toSorted(), expected);
  assert.ok(expected.length > 10, `${expected.length} files`);
});

test("A walk that starts below the root of a repository knows the ignore files above", async (context) => {
  const folder = await folderWith(REPOSITORY);
  context.after(() => folder.remove());
  execFileSync("git", ["init", "--quiet"], { cwd: folder.path });
  const start = join(folder.path, "sub/under");
  assert.deepEqual(await walk(start), [`file ${start}/a.log`]);
  const deep = join(folder.path, "deep/1/2");
  assert.deepEqual(await walk(deep), [`file ${deep}/other/x.yaml`]);
});

test("A walk does not follow symbolic links", async (context) => {
  const folder = await folderWith({ "a/x.yaml": "" });
  context.after(() => folder.remove());
  await symlink("a", join(folder.path, "b"));
  await symlink("a/x.yaml", join(folder.path, "c.yaml"));
  await symlink("/etc", join(folder.path, "etc"));
  assert.deepEqual(await walk(folder.path), [
    `file ${folder.path}/a/x.yaml`,
    `link ${folder.path}/b`,
    `link ${folder.path}/c.yaml`,
    `link ${folder.path}/etc`,
  ]);
});

test("A folder that cannot be listed is returned with the reason", async () => {
  const missing = "/nonexistent/folder";
  const entries = [];
  for await (const entry of walkTree(missing, new AbortController().signal)) entries.push(entry);
  assert.deepEqual(entries, [{ kind: "unreadable", path: missing, message: "it does not exist" }]);
});

test("A walk ends when its signal is aborted", async (context) => {
  const folder = await folderWith({ "a/x.yaml": "" });
  context.after(() => folder.remove());
  const controller = new AbortController();
  controller.abort(new Error("stopped"));
  await assert.rejects(walkTree(folder.path, controller.signal).next(), /stopped/);
});
