import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { readMirrorFile } from "../../../src/desired/mirror-file.ts";
import { sandboxNeeds, sandboxSettings } from "../../../src/cli/commands/sandbox-environment.ts";
import { startSandbox } from "../../../src/sandbox/sandbox.ts";
import { runHere } from "../../support/in-process.ts";
import { folderWith } from "../../support/mirrorform.ts";

const FILE = `
version: 1
name: platform
targets: { main: { ecr: {} } }
mirrors:
  - image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app
    tags: { semver: ">=1 <3", order: pushed, newest: 2 }
`;

test("the sandbox serves push dates for a source in the ECR of another account", async (t) => {
  const folder = await folderWith({ "mirrors.yaml": FILE });
  t.after(() => folder.remove());
  const path = join(folder.path, "mirrors.yaml");
  const read = await readMirrorFile(path, { environment: {} });
  assert.ok("file" in read);
  const sandbox = await startSandbox(sandboxNeeds(read.file));
  t.after(() => sandbox.close());
  const { code, stdout, stderr } = await runHere(["plan", "--file", path], sandboxSettings(sandbox.environment));
  assert.equal(code, 0, stderr + stdout);
  assert.equal(stdout.match(/new tag/g)?.length, 2, stdout);
});
