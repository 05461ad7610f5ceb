/** Which file `--file` names: a file, a link, a pipe or standard input. */
import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";

const HEAD = "version: 1\nname: platform\ntargets: { main: { ecr: {} } }\n";
const FILE = `${HEAD}mirrors: [{ image: redis:7 }]\n`;
const DIGEST = `sha256:${"a".repeat(64)}`;
const POLICY = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}';

async function folderOf(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await folderWith(files);
  t.after(() => folder.remove());
  return folder.path;
}

/** Links files as a mounted Kubernetes ConfigMap does: each to `..data`, and that to a folder. */
async function configMap(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await folderOf(t, {});
  const version = "..2026_01_31_10_00_00.1";
  await mkdir(join(folder, version));
  await symlink(version, join(folder, "..data"));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, version, name), content);
    await symlink(`..data/${name}`, join(folder, name));
  }
  return folder;
}

describe("a mirror file that is a symbolic link", () => {
  test("is read with its policies and its lock file, as in a Kubernetes ConfigMap", async (t) => {
    const folder = await configMap(t, {
      "mirrors.yaml": `${HEAD}repositories: { policy: ./policy.json }\nmirrors: [{ image: redis:7 }]\n`,
      "mirrors.lock.yaml": `version: 1\ndocker.io/library/redis:7: ${DIGEST}\n`,
      "policy.json": POLICY,
    });
    const { code, stdout, stderr } = await resident(["validate"], { folder });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /mirrors\.yaml is valid: 1 image, 1 target\. .*mirrors\.lock\.yaml matches it/);
  });

  test("uses the lock file next to the file that it leads to", async (t) => {
    const folder = await folderOf(t, { "shared/team.yaml": FILE, "shared/team.lock.yaml": "version: 1\n" });
    await symlink("shared/team.yaml", join(folder, "mirrors.yaml"));
    const { code, stderr } = await resident(["lock", "--check"], { folder });
    assert.equal(code, 1);
    assert.match(stderr, /docker\.io\/library\/redis:7 is not in .*team\.lock\.yaml/);
  });

  test("shows nothing of a file that is no mirror file", async (t) => {
    const secret = "[default]\naws_secret_access_key = hunter2\n";
    const folder = await folderOf(t, { ".aws/credentials": secret, ".git/config": "token: hunter2\n" });
    for (const leadsTo of [".aws/credentials", ".git/config"]) {
      await symlink(leadsTo, join(folder, `${leadsTo.slice(1, 4)}.yaml`));
      for (const json of [[], ["--json"]]) {
        const args = ["validate", "--file", `${leadsTo.slice(1, 4)}.yaml`, ...json];
        const { code, stdout, stderr } = await resident(args, { folder });
        assert.equal(code, 3);
        assert.match(stdout + stderr, /does not lead to a valid mirror file/);
        assert.doesNotMatch(stdout + stderr, /hunter2|token|default/);
      }
    }
  });

  test("that leads nowhere is named with its target, and init does not call it a missing file", async (t) => {
    const folder = await folderOf(t, {});
    await symlink("nowhere.yaml", join(folder, "mirrors.yaml"));
    const { code, stderr } = await resident(["plan"], { folder });
    assert.equal(code, 3);
    const link = 'this symbolic link leads to "nowhere.yaml", which does not exist';
    assert.ok(stderr.includes(`mirrors.yaml: ${link}\n  hint: create that file, or replace the link`), stderr);
    assert.doesNotMatch(stderr, /mirrorform init/);
    const written = await resident(["init"], { folder });
    assert.equal(written.code, 1);
    assert.match(
      written.stderr,
      /cannot write file mirrors\.yaml: it is a symbolic link[^]*replace the link with a file/,
    );
    const elsewhere = await resident(["init", "--file", join(folder, "mirrors.yaml")], {
      folder: await folderOf(t, {}),
    });
    assert.equal(elsewhere.code, 3);
    assert.ok(elsewhere.stderr.includes(`${link}\n  hint: remove the link`), elsewhere.stderr);
  });

  test("that leads back to itself is told as such", async (t) => {
    const folder = await folderOf(t, {});
    await symlink("mirrors.yaml", join(folder, "mirrors.yaml"));
    const { code, stderr } = await resident(["validate"], { folder });
    assert.equal(code, 3);
    assert.match(stderr, /leads to "mirrors\.yaml", and from there back to itself/);
  });

  test("does not let the mirror file name links: a policy behind one is refused", async (t) => {
    const mirrors = `${HEAD}repositories: { policy: ./policy.json }\nmirrors: [{ image: redis:7 }]\n`;
    const folder = await folderOf(t, { "mirrors.yaml": mirrors, "real.json": POLICY });
    await symlink("real.json", join(folder, "policy.json"));
    const { code, stderr } = await resident(["validate"], { folder });
    assert.equal(code, 3);
    assert.match(stderr, /contains a symbolic link/);
  });
});

describe("--file -", () => {
  test("reads the mirror file from standard input, with policies below the current folder", async (t) => {
    const folder = await folderOf(t, { "policy.json": POLICY });
    const input = `${HEAD}repositories: { policy: ./policy.json }\nmirrors: [{ image: redis:7 }]\n`;
    const { code, stdout, stderr } = await mirrorform(["validate", "-f", "-"], { folder, input });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /is valid: 1 image, 1 target/);
  });

  test("is named in the result of validate", async (t) => {
    const folder = await folderOf(t, {});
    const { stdout } = await mirrorform(["validate", "--file", "-"], { folder, input: FILE });
    assert.match(stdout, /^standard input is valid: /);
  });

  test("counts every problem of a long file, and lists the first ones", async (t) => {
    const folder = await folderOf(t, {});
    const input = `${HEAD}mirrors:\n${"  - img: node\n".repeat(1000)}`;
    const { code, stderr } = await mirrorform(["validate", "--file", "-"], { folder, input });
    assert.equal(code, 3);
    assert.match(stderr, /\n1000 problems in standard input\. mirrorform lists the first 200\.\n$/);
    assert.equal(stderr.split("\n").length, 8, stderr);
  });

  test("shows the lines of problems", async (t) => {
    const folder = await folderOf(t, {});
    const { code, stderr } = await mirrorform(["validate", "--file", "-"], { folder, input: `${FILE}extra: 1\n` });
    assert.equal(code, 3);
    assert.match(
      stderr,
      /^standard input:5:1: "extra" is not a known key[^]*5 \| extra: 1[^]*1 problem in standard input\.\n$/,
    );
  });

  test("ignores a lock file in the current folder, and cannot be locked", async (t) => {
    const folder = await folderOf(t, { "-.lock.yaml": "broken", "mirrors.lock.yaml": "broken" });
    assert.equal((await mirrorform(["validate", "-f", "-"], { folder, input: FILE })).code, 0);
    const { code, stderr } = await mirrorform(["lock", "-f", "-"], { folder, input: FILE });
    assert.equal(code, 3);
    assert.match(stderr, /USAGE[^]*standard input has no lock file[^]*--file PATH/);
  });

  test("without any input is an empty file", async (t) => {
    const folder = await folderOf(t, {});
    const { code, stderr } = await mirrorform(["plan", "-f", "-"], { folder });
    assert.equal(code, 3);
    assert.match(stderr, /the file is empty/);
  });
});
