import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { COMMANDS } from "../../../src/cli/options/commands.ts";
import { readCommandLine } from "../../../src/cli/options/command-line.ts";
import { commandHelp, generalHelp } from "../../../src/cli/options/help.ts";
import { MirrorError } from "../../../src/errors.ts";

/** The long options that a text names. */
function optionsIn(text: string): string[] {
  return [...text.matchAll(/(?<=^|[\s[])--([a-z][a-z-]*)/g)].map(([, name]) => name ?? "");
}

describe("the help of", () => {
  test("mirrorform names every command, and how to see more", () => {
    for (const { name, summary } of COMMANDS) assert.match(generalHelp(), new RegExp(`^  ${name} +${summary}`, "m"));
  });

  for (const command of COMMANDS) {
    test(`${command.name} says what each of its options does, names no other, and shows examples that can be run`, () => {
      const help = commandHelp(command);
      for (const name of Object.keys(command.options)) {
        assert.ok(command.optionHelp[name], `--${name} is not explained`);
        assert.ok(help.includes(`--${name}`), `--${name} is missing`);
      }
      assert.deepEqual(Object.keys(command.optionHelp).toSorted(), Object.keys(command.options).toSorted());
      for (const name of optionsIn(command.usage)) assert.ok(Object.hasOwn(command.options, name), `--${name} is none`);
      const own = new RegExp(`(?:^|\\$\\()mirrorform (${command.name}\\b[^)>|]*)`);
      const lines = command.examples.flatMap((example) => own.exec(example)?.[1] ?? []);
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
  }
});

describe("a slip of the pen", () => {
  for (const [line, meant] of [
    ["aply", "apply"],
    ["pln", "plan"],
    ["valdate", "validate"],
    ["Plan", "plan"],
    ["help aply", "apply"],
    ["--help qota", "quota"],
    ["plan --no-colour", "--no-color"],
    ["plan --detailed-exit-code", "--detailed-exitcode"],
    ["plan --mardown x", "--markdown"],
    ["apply --trustplan", "--trust-plan"],
    ["apply --targets x", "--target"],
    ["lock --updat", "--update"],
    ["uris --formt json", "--format"],
    ["init --form redis", "--from"],
  ] as const) {
    test(`mirrorform ${line}: did you mean ${meant}?`, () => {
      assert.throws(
        () => readCommandLine(line.split(" "), COMMANDS),
        (error) => error instanceof MirrorError && error.code === "USAGE" && error.hint === `Did you mean ${meant}?`,
      );
    });
  }

  test("that is like nothing names the help instead", () => {
    assert.throws(
      () => readCommandLine(["plan", "--qqqqqqqq"], COMMANDS),
      (error) => error instanceof MirrorError && error.hint === "mirrorform plan --help shows the options.",
    );
  });
});
