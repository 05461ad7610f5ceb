import { MirrorError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { terminalText } from "../../plain-text.ts";
import type { Command, CommandDefinition, GivenArguments } from "./command.ts";
import { longName } from "./option.ts";
import { parseArguments } from "./parse-arguments.ts";
import { refuseForeignHabits } from "./terraform-habits.ts";
import { UsageProblem } from "./usage-problem.ts";

/** What a command line asks for. */
export type Request =
  | { kind: "help"; command: Command | undefined }
  | { kind: "version" }
  | { kind: "run"; command: Command; run: (context: ProcessContext) => Promise<number> };

/**
 * Reads the arguments that follow the program's name.
 * @throws MirrorError USAGE, with the nearest command or option that exists
 */
export function readCommandLine(args: readonly string[], commands: readonly Command[]): Request {
  const [name, ...others] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    const topic = others.find((arg) => !arg.startsWith("-"));
    return { kind: "help", command: topic === undefined ? undefined : findCommand(topic, commands) };
  }
  if (name === "--version" || name === "-V") return { kind: "version" };
  const command = findCommand(name, commands);
  try {
    return readArguments(others, command);
  } catch (error) {
    throw error instanceof UsageProblem ? usageError(error, command.definition) : error;
  }
}

function readArguments(args: readonly string[], command: Command): Request {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const rest = end < 0 ? [] : args.slice(end + 1);
  if (own.includes("--help") || own.includes("-h")) return { kind: "help", command };
  if (rest.length > 0 && command.definition.takesCommand !== true) {
    throw new UsageProblem(`unexpected "${rest.join(" ")}" after --`);
  }
  refuseForeignHabits(own, command.definition);
  const parsed = parseArguments(own, command.definition);
  const run = command.prepare({ ...parsed, command: rest });
  const notes = repeatedOptions(parsed.options, command.definition);
  return {
    kind: "run",
    command,
    run: (context) => {
      for (const note of notes) context.err(`${note}\n`);
      return run(context);
    },
  };
}

/** Names the options with one value that were given several, as a script with options of its own can do. */
function repeatedOptions(given: GivenArguments["options"], { options }: CommandDefinition): string[] {
  return [...given].flatMap(([name, values]) => {
    const texts = values.filter((value) => value !== true);
    const last = texts.at(-1);
    if (last === undefined || options[name]?.isRepeatable === true || new Set(texts).size < 2) return [];
    return [`note: ${longName(name)} is given more than once; mirrorform uses the last: ${terminalText(last)}`];
  });
}

function findCommand(name: string, commands: readonly Command[]): Command {
  const found = commands.find(({ definition }) => definition.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    commands.map(({ definition }) => definition.name),
  );
  throw new MirrorError(`unknown command "${name}"`, {
    code: "USAGE",
    side: "config",
    operation: "read the command line",
    hint: near === undefined ? "run mirrorform --help for the list of commands" : `did you mean ${near}?`,
  });
}

function usageError(problem: UsageProblem, { name }: CommandDefinition): MirrorError {
  return new MirrorError(problem.message, {
    code: "USAGE",
    side: "config",
    operation: `read the options of ${name}`,
    hint: problem.hint ?? `run mirrorform ${name} --help to see its options`,
    cause: problem,
  });
}
