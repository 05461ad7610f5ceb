import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { COMMANDS } from "../../../src/cli/commands.ts";
import { readCommandLine } from "../../../src/cli/options/command-line.ts";
import { commandHelp, generalHelp } from "../../../src/cli/options/help.ts";
import { longName } from "../../../src/cli/options/option.ts";

/** Replaces line breaks with spaces, for searches. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

describe("the help of", () => {
  test("mirrorform lists every command with its summary, and the exit codes", () => {
    const help = flat(generalHelp(COMMANDS));
    for (const { definition } of COMMANDS) assert.ok(help.includes(` ${definition.name} ${definition.summary}`));
    for (const code of ["0", "1", "2", "3", "4", "130, 143"]) assert.match(help, new RegExp(` ${code} [a-z]`));
  });

  for (const command of COMMANDS) {
    const { definition } = command;

    test(`${definition.name} shows each option in its usage line and in its list`, () => {
      const [usage = "", list = ""] = commandHelp(command).split("\nOptions:\n");
      for (const [name, { help, value }] of Object.entries(definition.options)) {
        const term = value === undefined ? longName(name) : `${longName(name)} `;
        assert.ok(usage.includes(`[${term}`), `${term} is missing from the usage line`);
        assert.ok(flat(list).includes(help), `${term} has no help text`);
      }
    });

    test(`${definition.name} has help texts that start with a lower-case letter and end without a full stop`, () => {
      const texts = [definition.summary, ...Object.values(definition.options).map(({ help }) => help)];
      assert.deepEqual(
        texts.filter((text) => !/^(?:[a-z]|AWS )(?:[^.]|\.(?=\S))*$/.test(text.replaceAll(/\be\.g\. /g, ""))),
        [],
      );
    });

    test(`${definition.name} has examples that can be run`, () => {
      const own = new RegExp(`(?:^|\\$\\()mirrorform (${definition.name}\\b[^)>|]*)`);
      const lines = definition.examples.flatMap((example) => own.exec(example)?.[1] ?? []);
      assert.ok(lines.length > 0);
      for (const line of lines) {
        const words = line
          .trim()
          .split(/\s+/)
          .map((word) => word.replaceAll("'", ""));
        const read = readCommandLine(words, COMMANDS);
        assert.ok(read.kind === "run" && read.command === command, line);
      }
    });

    test(`${definition.name} is the same for -h, --help and mirrorform help ${definition.name}`, () => {
      const ways = [
        [definition.name, "-h"],
        [definition.name, "--help"],
        ["help", definition.name],
        ["--help", definition.name],
      ];
      for (const way of ways) assert.deepEqual(readCommandLine(way, COMMANDS), { kind: "help", command });
    });

    test(`${definition.name} fits into 80 and 120 columns`, () => {
      for (const width of [80, 120]) {
        const help = commandHelp(command, width).split("\nExamples:\n")[0] ?? "";
        assert.deepEqual(
          help.split("\n").filter((line) => line.length > width),
          [],
        );
      }
    });
  }
});
