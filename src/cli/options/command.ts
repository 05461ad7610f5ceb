import type { ParseArgsOptionsConfig } from "node:util";

import type { ProcessContext } from "../process/process-context.ts";

/** The values of a command's options, as parseArgs gives them. */
export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface CommandInput {
  options: OptionValues;
  /** What stands between the options. */
  arguments: readonly string[];
  /** What stands behind `--`, untouched. */
  rest: readonly string[];
}

/** One command of the command line. */
export interface Command {
  name: string;
  summary: string;
  /** How it is called, without the program's name. */
  usage: string;
  options: ParseArgsOptionsConfig;
  /**
   * Options that take a value or none, with the value that stands for none. What follows one is its value, unless that
   * begins with a dash.
   */
  optionalValues?: Readonly<Record<string, string>>;
  /** One line an option, by its name. */
  optionHelp: Readonly<Record<string, string>>;
  examples: readonly string[];
  /** How many arguments beside its options it takes at most. */
  maxArguments?: number;
  /** Whether it takes a command behind `--`. */
  takesCommand: boolean;
  /** Loads the command's code only when it is run. @returns the exit code */
  run(input: CommandInput, context: ProcessContext): Promise<number>;
}

/** The values of an option that may be repeated; none where it was not given. */
export function textsOf(value: OptionValues[string]): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
