/** Tests a plan with every kind of row as shown in a tmux terminal of a fixed size. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { output, run } from "../support/command.ts";
import { assertGolden } from "../support/golden.ts";

const PRINT = join(import.meta.dirname, "support/print-everything.ts");
const GOLDEN = join(import.meta.dirname, "../cli/render");
/** The history is large enough for all lines. */
const CONFIGURATION = "set -g history-limit 10000\nset -g status off\nset -g default-terminal screen-256color\n";

describe("a plan with every kind of row in a terminal of 120 columns", () => {
  let folder = "";
  const tmux = (...args: string[]): Promise<string> =>
    output("tmux", ["-S", join(folder, "socket"), "-f", join(folder, "tmux.conf"), ...args], {
      timeoutMilliseconds: 60_000,
    });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mirrorform-tmux-"));
    await writeFile(join(folder, "tmux.conf"), CONFIGURATION);
  });
  after(async () => {
    await run("tmux", ["-S", join(folder, "socket"), "kill-server"]);
    await rm(folder, { recursive: true, force: true });
  });

  /** Returns all lines that the terminal shows, including the history. `captureOptions` are options of capture-pane. */
  async function capture(name: string, environment: string, captureOptions: readonly string[]): Promise<string> {
    const print = `${environment} '${process.execPath}' '${PRINT}'; tmux -S '${folder}/socket' wait-for -S ${name}; cat`;
    await tmux("new-session", "-d", "-s", name, "-x", "120", "-y", "40", "-e", "LC_ALL=C.UTF-8", print);
    await tmux("wait-for", name);
    return tmux("capture-pane", "-p", ...captureOptions, "-t", name, "-S", "-");
  }

  for (const [name, environment, captureOptions] of [
    ["colours", "env -u NO_COLOR -u CI", ["-e"]],
    ["plain", "env -u CI NO_COLOR=1", []],
  ] as const) {
    test(`matches its golden file, ${name}`, async () => {
      const path = join(GOLDEN, `plan.tmux.${name}.golden.txt`);
      const shown = `${(await capture(name, environment, captureOptions)).trimEnd()}\n`;
      assertGolden(shown, path);
    });
  }

  test("has no colors with NO_COLOR", async () => {
    const shown = await capture("none", "env -u CI NO_COLOR=1", ["-e"]);
    assert.equal(shown.includes("\u001b["), false);
  });
});
