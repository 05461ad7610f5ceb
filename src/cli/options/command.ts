import type { ProcessContext } from "../process/process-context.ts";
import type { OptionTable, OptionValues } from "./option.ts";

/** What a command is called, accepts and does: help, `docs/cli.md` and the parser derive from it. */
export interface CommandDefinition<Options extends OptionTable = OptionTable> {
  readonly name: string;
  /** An imperative, lower case, without a full stop. */
  readonly summary: string;
  readonly options: Options;
  /** The operands that it accepts, if any. */
  readonly operands?: Operands;
  /** Whether it accepts a command after `--`. */
  readonly takesCommand?: boolean;
  /** Command lines that can be run as they are. */
  readonly examples: readonly string[];
}

/** Arguments that are not options. */
export interface Operands {
  /** As usage shows them: `[PLAN]`. */
  readonly usage: string;
  readonly most: number;
  readonly help: string;
  /** The operands that it accepts, if there are only a few. */
  readonly choices?: readonly string[];
}

/** The input of a command: its options by name, its operands, and the arguments after `--`. */
export type InputOf<Definition extends CommandDefinition> = OptionValues<Definition["options"]> & {
  readonly operands: readonly string[];
  /** The arguments after `--`, unchanged. */
  readonly command: readonly string[];
};

/** What the parser found for a command, before its options are read. */
export interface GivenArguments {
  /** By the option's name in camel case; `true` for an option without a value. */
  readonly options: ReadonlyMap<string, readonly (string | true)[]>;
  readonly operands: readonly string[];
  readonly command: readonly string[];
}

/** A command that can be run. */
export interface Command {
  readonly definition: CommandDefinition;
  /**
   * Reads every option.
   * @returns runs the command with them; resolves to the exit code
   * @throws UsageProblem for a value that an option does not accept
   */
  prepare(given: GivenArguments): (context: ProcessContext) => Promise<number>;
}

/** Returns the input of a command without any arguments. */
export function defaultInput<Options extends OptionTable>(
  definition: CommandDefinition<Options>,
): InputOf<CommandDefinition<Options>> {
  return readInput(definition, { options: new Map(), operands: [], command: [] });
}

function readInput<Options extends OptionTable>(
  definition: CommandDefinition<Options>,
  { options, operands, command }: GivenArguments,
): InputOf<CommandDefinition<Options>> {
  const values = Object.entries(definition.options).map(([name, option]) => {
    return [name, option.read(options.get(name) ?? [])] as const;
  });
  // Each value was read by the option with the same name.
  return { ...(Object.fromEntries(values) as OptionValues<Options>), operands, command };
}

/**
 * Joins a definition to the code that carries it out.
 * @param load imports that code, only when the command runs: the AWS SDK takes longer to load than `validate` to run
 */
export function command<Options extends OptionTable>(
  definition: CommandDefinition<Options>,
  load: () => Promise<(input: InputOf<CommandDefinition<Options>>, context: ProcessContext) => Promise<number>>,
): Command {
  return {
    definition,
    prepare(given) {
      const input = readInput(definition, given);
      return async (context) => (await load())(input, context);
    },
  };
}
