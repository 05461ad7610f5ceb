import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { run } from "../../support/command.ts";
import { folderWith } from "../../support/mirrorform.ts";

const MAIN = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

const MIRRORS = `version: 1
name: x
targets: { main: { ecr: {} } }
mirrors:
  - image: python:3.12
`;

/** Prints the completions of lines, as bash calls the function: words are split at = and at colons. */
const SCRIPT = `
eval "$(mirrorform completion bash)"
try() {
  COMP_LINE=$1 COMP_POINT=\${#1}; shift
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _mirrorform
  printf '[%s]' "\${COMPREPLY[@]}"; echo
}
try "mirrorform val" mirrorform val
try "mirrorform plan --only=py" mirrorform plan --only = py
try "mirrorform plan --only python:" mirrorform plan --only python :
try "mirrorform plan --only=python:3" mirrorform plan --only = python : 3
try "mirrorform uris --format=" mirrorform uris --format =
try "mirrorform plan --target " mirrorform plan --target ""
try "mirrorform plan --out a" mirrorform plan --out a
`;

test("bash completes commands, options, names with colons and paths with spaces", async (context) => {
  const folder = await folderWith({
    "mirrors.yaml": MIRRORS,
    "a file.json": "",
    "bin/mirrorform": `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`,
    "script.bash": SCRIPT,
  });
  context.after(() => folder.remove());
  await chmod(join(folder.path, "bin/mirrorform"), 0o755);
  const ran = await run("bash", ["script.bash"], {
    cwd: folder.path,
    timeoutMilliseconds: 60_000,
    env: { HOME: folder.path, PATH: `${join(folder.path, "bin")}:${process.env["PATH"]}` },
  });
  assert.equal(ran.stderr, "");
  assert.deepEqual(ran.stdout.trim().split("\n"), [
    "[validate]",
    "[python:3.12]",
    "[3.12]",
    "[3.12]",
    "[table][json][dotenv][build-args][bake][tfvars]",
    "[main]",
    "[a file.json]",
  ]);
});
