import type { CommandDefinition } from "../options/command.ts";
import { longName, type Option } from "../options/option.ts";

/** Something that could be typed next. */
export interface Candidate {
  readonly text: string;
  /** For shells that show it; empty for values. */
  readonly help: string;
}

/** What could be typed next: candidates, or the path of a file. */
export type Completion =
  | { readonly kind: "candidates"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "files" };

/** Names in the mirror file. */
export interface Names {
  readonly targets: readonly string[];
  readonly images: readonly string[];
}

/**
 * Completes a command line.
 * @param words the words after the program's name; the last one is being typed and may be empty
 * @param namesIn reads the names in a mirror file; undefined stands for the default file
 */
export async function complete(
  words: readonly string[],
  commands: readonly CommandDefinition[],
  namesIn: (file: string | undefined) => Promise<Names>,
): Promise<Completion> {
  const current = words.at(-1) ?? "";
  const [name] = words;
  if (words.length <= 1) return candidates(current, [...commands.map(commandCandidate), HELP, VERSION]);
  if (name === "help") return candidates(current, commands.map(commandCandidate));
  const command = commands.find((each) => each.name === name);
  if (command === undefined) return NOTHING;
  if (words.slice(0, -1).includes("--")) return { kind: "files" };
  const attached = /^(--[^=]+)=(.*)$/s.exec(current);
  if (attached !== null) {
    const [, optionName = "", value = ""] = attached;
    const option = findOption(command, optionName);
    if (option === undefined) return NOTHING;
    const completion = await valueOf(option, value, () => namesIn(fileOf(command, words)));
    return prefixed(completion, `${optionName}=`);
  }
  const before = findOption(command, words.at(-2) ?? "");
  if (before !== undefined && before.option.isValueOptional !== true && before.option.value !== undefined) {
    return valueOf(before, current, () => namesIn(fileOf(command, words)));
  }
  if (current.startsWith("-")) return candidates(current, optionCandidates(command, words));
  return operandOf(command, current);
}

const HELP: Candidate = { text: "--help", help: "show the list of commands" };
const VERSION: Candidate = { text: "--version", help: "show the version" };
const NOTHING: Completion = { kind: "candidates", candidates: [] };

function commandCandidate({ name, summary }: CommandDefinition): Candidate {
  return { text: name, help: summary };
}

function candidates(current: string, all: readonly Candidate[]): Completion {
  return { kind: "candidates", candidates: all.filter(({ text }) => text.startsWith(current)) };
}

interface FoundOption {
  readonly name: string;
  readonly option: Option<unknown>;
}

function findOption({ options }: CommandDefinition, word: string): FoundOption | undefined {
  const entry = Object.entries(options).find(([name, { short }]) => {
    return word === longName(name) || (short !== undefined && word === `-${short}`);
  });
  return entry === undefined ? undefined : { name: entry[0], option: entry[1] };
}

function optionCandidates({ options }: CommandDefinition, words: readonly string[]): Candidate[] {
  const given = new Set(words.slice(0, -1).map((word) => word.replace(/=.*$/s, "")));
  const isOpen = ([name, { isRepeatable }]: [string, Option<unknown>]) =>
    isRepeatable === true || !given.has(longName(name));
  const own = Object.entries(options)
    .filter(isOpen)
    .map(([name, { help }]) => ({ text: longName(name), help }));
  return [...own, { text: "--help", help: "show this help" }];
}

/** Values that the mirror file has, by the option's name. */
const NAMES: Readonly<Record<string, keyof Names>> = { target: "targets", only: "images" };

async function valueOf(
  { name, option }: FoundOption,
  current: string,
  names: () => Promise<Names>,
): Promise<Completion> {
  const { choices, value } = option;
  if (choices !== undefined) return candidates(current, choices.map(plain));
  const kind = NAMES[name];
  if (kind !== undefined) return candidates(current, (await names())[kind].map(plain));
  return value === "FILE" || value === "PLAN" ? { kind: "files" } : NOTHING;
}

function plain(text: string): Candidate {
  return { text, help: "" };
}

function prefixed(completion: Completion, prefix: string): Completion {
  if (completion.kind === "files") return completion;
  return {
    kind: "candidates",
    candidates: completion.candidates.map((each) => ({ ...each, text: `${prefix}${each.text}` })),
  };
}

function operandOf({ operands }: CommandDefinition, current: string): Completion {
  if (operands === undefined) return NOTHING;
  if (operands.choices !== undefined) return candidates(current, operands.choices.map(plain));
  return /PATH|FILE|PLAN/.test(operands.usage) ? { kind: "files" } : NOTHING;
}

/** Returns the value of `--file` in a command line. */
function fileOf(command: CommandDefinition, words: readonly string[]): string | undefined {
  for (const [index, word] of words.slice(0, -1).entries()) {
    const attached = /^--file=(.+)$/s.exec(word)?.[1];
    if (attached !== undefined) return attached;
    const next = words[index + 1];
    if (findOption(command, word)?.name === "file" && next !== undefined && index + 1 < words.length - 1) return next;
  }
  return undefined;
}
