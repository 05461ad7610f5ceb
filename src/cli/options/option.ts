import { nearest } from "../../nearest.ts";
import { UsageProblem } from "./usage-problem.ts";

/**
 * One option of a command, declared once: usage, `--help`, `docs/cli.md` and the typed input of the command all derive
 * from it. Its long name is its key in the table, in kebab case: `allowDeletions` is `--allow-deletions`.
 */
export interface Option<Value> {
  /** Name of the value in usage and help, in capitals: `FILE`. Missing for an option without a value. */
  readonly value?: string;
  /** A letter, for `-f`. */
  readonly short?: string;
  /** Whether the option may be given without its value. */
  readonly isValueOptional?: boolean;
  readonly isRepeatable?: boolean;
  /** A noun phrase or an imperative, lower case, without a full stop; the default is added to it. */
  readonly help: string;
  /** The default, as help shows it. */
  readonly defaultText?: string;
  /** The values it accepts, if there are only a few. */
  readonly choices?: readonly string[];
  /**
   * Converts the arguments to the option's value.
   * @param given one text for each occurrence of the option; `true` for an occurrence without a value
   * @throws UsageProblem for a value that the option does not accept
   */
  read(given: readonly (string | true)[]): Value;
}

/** The options of a command, by their names in camel case. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** What a command receives for a table of options. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : never;
};

/** Creates an option without a value. */
export function flag(help: string): Option<boolean> {
  return { help, read: (given) => given.length > 0 };
}

/** Creates an option with a value. If it is given more than once, the last one counts. */
export function text(value: string, help: string): Option<string | undefined> {
  return { value, help, read: lastText };
}

/** Creates an option as {@link text} does, with a default. */
export function textWithDefault(
  value: string,
  help: string,
  defaultText: string,
  more: { short?: string } = {},
): Option<string> {
  return { ...more, value, help, defaultText, read: (given) => lastText(given) ?? defaultText };
}

/** Creates an option that may be given several times. */
export function texts(value: string, help: string): Option<readonly string[]> {
  return { value, help, isRepeatable: true, read: (given) => given.filter((each) => each !== true) };
}

/** Creates an option that accepts one of a few values. */
export function choice<const Choice extends string>(
  value: string,
  help: string,
  choices: readonly Choice[],
  defaultText?: string,
): Option<Choice | undefined> {
  const read = (given: readonly (string | true)[]): Choice | undefined => {
    const wanted = lastText(given);
    if (wanted === undefined) return undefined;
    const found = choices.find((each) => each === wanted);
    if (found !== undefined) return found;
    const near = nearest(wanted, choices);
    const hint = near === undefined ? `use one of: ${choices.join(", ")}` : `did you mean ${near}?`;
    throw new UsageProblem(`"${wanted}" is not a valid ${value.toLowerCase()}`, hint);
  };
  return { value, help, choices, read, ...(defaultText === undefined ? {} : { defaultText }) };
}

function lastText(given: readonly (string | true)[]): string | undefined {
  return given.findLast((each) => each !== true);
}

/** Converts `allowDeletions` to `--allow-deletions`. */
export function longName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
