import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { COMMANDS } from "../../../src/cli/commands.ts";
import { complete } from "../../../src/cli/completion/candidates.ts";

const NAMES: Readonly<Record<string, { targets: string[]; images: string[] }>> = {
  default: { targets: ["main", "dr"], images: ["python:3.12", "ghcr.io/a/b:1"] },
  "other.yaml": { targets: ["elsewhere"], images: [] },
};

/** Completes a command line, in which the last word is being typed. */
async function typed(line: string): Promise<string[] | "files"> {
  const words = line.split(" ").slice(1);
  const definitions = COMMANDS.map(({ definition }) => definition);
  const completion = await complete(words, definitions, (file) => {
    return Promise.resolve(NAMES[file ?? "default"] ?? { targets: [], images: [] });
  });
  return completion.kind === "files" ? "files" : completion.candidates.map(({ text }) => text);
}

describe("What can follow", () => {
  test("the name of the program is every command", async () => {
    const commands = await typed("mirrorform ");
    for (const { definition } of COMMANDS) assert.ok(commands.includes(definition.name), definition.name);
  });

  test("the start of a command is the rest of it", async () => {
    assert.deepEqual(await typed("mirrorform pl"), ["plan"]);
    assert.deepEqual(await typed("mirrorform help un"), []);
    assert.deepEqual(await typed("mirrorform help up"), []);
    assert.deepEqual(await typed("mirrorform help qu"), ["quota"]);
  });

  test("a dash is every option of the command that is not given yet", async () => {
    const options = await typed("mirrorform plan --json --only x --");
    assert.ok(options.includes("--target") && options.includes("--help"));
    assert.ok(!options.includes("--json"));
    assert.ok(options.includes("--only"), "can be given again");
  });

  test("an option is one of its values", async () => {
    assert.deepEqual(await typed("mirrorform uris --format ta"), ["table"]);
    assert.deepEqual(await typed("mirrorform uris --format=ta"), ["--format=table"]);
  });

  test("--target and --only is a name from the mirror file", async () => {
    assert.deepEqual(await typed("mirrorform plan --target "), ["main", "dr"]);
    assert.deepEqual(await typed("mirrorform plan --only py"), ["python:3.12"]);
    assert.deepEqual(await typed("mirrorform plan --only=gh"), ["--only=ghcr.io/a/b:1"]);
  });

  test("--target comes from the mirror file of the command line", async () => {
    assert.deepEqual(await typed("mirrorform plan --file other.yaml --target "), ["elsewhere"]);
    assert.deepEqual(await typed("mirrorform plan -f other.yaml --target "), ["elsewhere"]);
    assert.deepEqual(await typed("mirrorform plan --file=other.yaml --target="), ["--target=elsewhere"]);
  });

  test("an option for a file is a path", async () => {
    assert.equal(await typed("mirrorform plan --out "), "files");
    assert.equal(await typed("mirrorform plan --markdown="), "files");
    assert.equal(await typed("mirrorform apply "), "files");
    assert.equal(await typed("mirrorform sandbox -- l"), "files");
  });

  test("completion is a shell", async () => {
    assert.deepEqual(await typed("mirrorform completion "), ["bash", "zsh", "fish"]);
  });

  test("an unknown command or option is nothing", async () => {
    assert.deepEqual(await typed("mirrorform nope --"), []);
    assert.deepEqual(await typed("mirrorform plan --nope="), []);
    assert.deepEqual(await typed("mirrorform validate x"), []);
  });
});
