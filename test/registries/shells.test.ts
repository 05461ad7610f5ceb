import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test, type TestContext } from "node:test";

import { output, run } from "../support/command.ts";
import { folderWith } from "../support/mirrorform.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

const MIRRORS = `version: 1
name: x
targets: { main: { ecr: {} } }
mirrors:
  - image: python:3.12
`;

/** Creates a folder with a mirror file, in which `mirrorform` is a command. */
async function folderWithProgram(script: string, context: TestContext) {
  const folder = await folderWith({
    "mirrors.yaml": MIRRORS,
    "plan.json": "",
    "bin/mirrorform": `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`,
    script,
  });
  context.after(() => folder.remove());
  await chmod(join(folder.path, "bin/mirrorform"), 0o755);
  const env = { HOME: folder.path, PATH: `${join(folder.path, "bin")}:${process.env["PATH"]}` };
  return { path: folder.path, env };
}

describe("Completion", () => {
  test("in fish offers commands with their help, options, names and paths", async (context) => {
    const script = `
mirrorform completion fish | source
for line in "mirrorform val" "mirrorform plan --targ" "mirrorform plan --target " "mirrorform plan --only=py" "mirrorform plan --out p"
    complete -C $line
end
`;
    const { path, env } = await folderWithProgram(script, context);
    const ran = await run("fish", ["script"], { cwd: path, timeoutMilliseconds: 90_000, env });
    assert.deepEqual(ran.stdout.trim().split("\n"), [
      "validate\tcheck the mirror file and its lock file; uses no network",
      "--target\tuse only this target of the mirror file",
      "main",
      "--only=python:3.12",
      "plan.json",
    ]);
  });

  test("in an interactive zsh writes commands, options, names and paths", async (context) => {
    const { path, env } = await folderWithProgram("", context);
    const tmux = (...args: string[]): Promise<string> =>
      output("tmux", ["-S", join(path, "socket"), "-f", "/dev/null", ...args], {
        timeoutMilliseconds: 60_000,
        cwd: path,
        env,
      });
    context.after(() => run("tmux", ["-S", join(path, "socket"), "kill-server"]));
    await tmux("new-session", "-d", "-s", "zsh", "-x", "100", "-y", "20", "zsh -f -i");
    await tmux(
      "send-keys",
      "-t",
      "zsh",
      "PS1=; autoload -Uz compinit; compinit -u; source <(mirrorform completion zsh); clear",
      "Enter",
    );
    const shown = async () => (await tmux("capture-pane", "-p", "-t", "zsh")).split("\n").map((line) => line.trim());
    // A test that never ends fails by the runner's timeout.
    for (const [typed, completed] of [
      ["mirrorform val", "mirrorform validate"],
      ["mirrorform plan --targ", "mirrorform plan --target"],
      ["mirrorform plan --target ", "mirrorform plan --target main"],
      ["mirrorform plan --only=py", "mirrorform plan --only=python:3.12"],
      ["mirrorform plan --out p", "mirrorform plan --out plan.json"],
    ] as const) {
      await tmux("send-keys", "-t", "zsh", "C-u");
      await tmux("send-keys", "-t", "zsh", "-l", `${typed}\t`);
      while (!(await shown()).includes(completed));
    }
  });
});
