import { parseArgs } from "node:util";

import { nearest } from "../../nearest.ts";
import { MirrorError } from "../../errors.ts";
import type { Command, CommandInput } from "./command.ts";

/** What a command line asks for. */
export type Request =
  | { kind: "help"; command: Command | undefined }
  | { kind: "version" }
  | { kind: "run"; command: Command; input: CommandInput };

/**
 * Reads the arguments behind the program's name.
 * @throws MirrorError USAGE, with the nearest command or option that exists
 */
export function readCommandLine(args: readonly string[], commands: readonly Command[]): Request {
  const [name, ...others] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    const about = others.find((arg) => !arg.startsWith("-"));
    const command = commands.find((candidate) => candidate.name === about);
    if (about !== undefined && command === undefined) throw unknownCommand(about, commands);
    return { kind: "help", command };
  }
  if (name === "--version" || name === "-V") return { kind: "version" };
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknownCommand(name, commands);
  const end = others.indexOf("--");
  const own = withOptionalValues((end < 0 ? others : others.slice(0, end)).map(withValue), command);
  if (own.includes("--help") || own.includes("-h")) return { kind: "help", command };
  const rest = end < 0 ? [] : others.slice(end + 1);
  if (rest.length > 0 && !command.takesCommand) throw usage(command, `unexpected "${rest.join(" ")}" behind --`);
  return { kind: "run", command, input: { ...parse(command, own), rest } };
}

/** `--wait` may stand without a value, which parseArgs does not know. */
function withValue(arg: string): string {
  return arg === "--wait" ? "--wait=" : arg;
}

/** `--update` and `--update GLOB` as `--update=GLOB`: parseArgs knows no option whose value may be missing. */
function withOptionalValues(args: readonly string[], { optionalValues = {} }: Command): string[] {
  const defaults = new Map(Object.entries(optionalValues).map(([name, value]) => [`--${name}`, value]));
  return args.flatMap((arg, index) => {
    if (defaults.has(args[index - 1] ?? "") && !arg.startsWith("-")) return [];
    const fallback = defaults.get(arg);
    if (fallback === undefined) return [arg];
    const next = args[index + 1];
    return [`${arg}=${next === undefined || next.startsWith("-") ? fallback : next}`];
  });
}

function parse(command: Command, args: string[]): Omit<CommandInput, "rest"> {
  refuseUnknownOptions(command, args);
  try {
    const { values, positionals } = parseArgs({ args, options: command.options, allowPositionals: true });
    const extra = positionals[command.maxArguments ?? 0];
    if (extra === undefined) return { options: values, arguments: positionals };
    throw usage(command, `unexpected "${extra}"`);
  } catch (error) {
    if (error instanceof MirrorError) throw error;
    throw usage(command, error instanceof Error ? (error.message.split(". ", 1)[0] ?? "") : String(error));
  }
}

function refuseUnknownOptions(command: Command, args: readonly string[]): void {
  const { tokens } = parseArgs({
    args: [...args],
    options: command.options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const known = Object.keys(command.options);
  for (const token of tokens) {
    if (token.kind !== "option" || known.includes(token.name)) continue;
    const near = nearest(token.name, known);
    throw usage(command, `unknown option ${token.rawName}`, near === undefined ? undefined : `Did you mean --${near}?`);
  }
}

function unknownCommand(name: string, commands: readonly Command[]): MirrorError {
  const near = nearest(
    name,
    commands.map((command) => command.name),
  );
  return new MirrorError(`unknown command "${name}"`, {
    code: "USAGE",
    side: "config",
    operation: "read the command line",
    hint: near === undefined ? "mirrorform --help lists the commands." : `Did you mean ${near}?`,
  });
}

function usage(command: Command, message: string, hint?: string): MirrorError {
  return new MirrorError(message, {
    code: "USAGE",
    side: "config",
    operation: `read the options of ${command.name}`,
    hint: hint ?? `mirrorform ${command.name} --help shows the options.`,
  });
}
