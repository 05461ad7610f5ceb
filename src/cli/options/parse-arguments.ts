import { Command as Parser, CommanderError, Option as ParserOption } from "commander";

import { nearest } from "../../nearest.ts";
import type { CommandDefinition, GivenArguments } from "./command.ts";
import { longName } from "./option.ts";
import { UsageProblem } from "./usage-problem.ts";

/**
 * Sorts arguments into options and operands.
 * @throws UsageProblem for an unknown option, a missing value or one operand too many
 */
export function parseArguments(
  args: readonly string[],
  definition: CommandDefinition,
): Omit<GivenArguments, "command"> {
  const options = new Map<string, (string | true)[]>();
  const parser = createParser(definition);
  for (const name of Object.keys(definition.options)) {
    parser.on(`option:${longName(name).slice(2)}`, (value: string | null | undefined) => {
      options.set(name, [...(options.get(name) ?? []), value ?? true]);
    });
  }
  try {
    parser.parse(args, { from: "user" });
  } catch (error) {
    throw error instanceof CommanderError ? problemOf(error, definition) : error;
  }
  const most = definition.operands?.most ?? 0;
  const extra = parser.args[most];
  if (extra !== undefined) throw new UsageProblem(`unexpected argument "${extra}"`);
  return { options, operands: parser.args };
}

/** Creates a commander parser for a command. It neither prints anything nor exits. */
export function createParser({ name, options }: CommandDefinition): Parser {
  const parser = new Parser(name)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .helpOption("-h, --help", "show this help")
    .allowExcessArguments();
  for (const [name, { short, value, isValueOptional, help }] of Object.entries(options)) {
    const names = short === undefined ? longName(name) : `-${short}, ${longName(name)}`;
    const shown = value === undefined ? "" : isValueOptional === true ? ` [${value}]` : ` <${value}>`;
    parser.addOption(new ParserOption(`${names}${shown}`, help));
  }
  return parser;
}

function problemOf({ code, message }: CommanderError, definition: CommandDefinition): UsageProblem {
  const [, named = ""] = /'([^']*)'/.exec(message) ?? [];
  // `-f, --file <FILE>` or `--nope=x`: the name alone.
  const option = /--[^\s=,]+/.exec(named)?.[0] ?? named;
  switch (code) {
    case "commander.unknownOption": {
      const near = nearest(option, Object.keys(definition.options).map(longName));
      return new UsageProblem(`unknown option ${option}`, near === undefined ? undefined : `did you mean ${near}?`);
    }
    case "commander.optionMissingArgument":
      return new UsageProblem(`${option} requires a value`);
    default:
      return new UsageProblem(message.replace(/^error: /, ""));
  }
}
