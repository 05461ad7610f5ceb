import { Help } from "commander";

import type { Command, CommandDefinition } from "./command.ts";
import { longName, type Option, type OptionTable } from "./option.ts";

/** Width of the help text if that of the terminal is unknown. */
const DEFAULT_WIDTH = 80;

/** Renders the output of `mirrorform --help`. */
export function generalHelp(commands: readonly Command[], width = DEFAULT_WIDTH): string {
  const rows = commands.map(({ definition }) => [definition.name, definition.summary] as const);
  return sections(width, [
    "mirrorform mirrors the container images declared in mirrors.yaml to Amazon ECR.",
    { title: "Usage", lines: ["mirrorform COMMAND [OPTION...]", "mirrorform help COMMAND"] },
    { title: "Commands", rows },
    {
      title: "Options",
      rows: [
        ["-h, --help", "show this help, or a command's help"],
        ["-V, --version", "show the version"],
      ],
    },
    { title: "Exit codes", rows: EXIT_CODES.map(([codes, meaning]) => [codes, meaning.replaceAll("`", "")] as const) },
  ]);
}

/** Renders the output of `mirrorform COMMAND --help`. */
export function commandHelp({ definition }: Command, width = DEFAULT_WIDTH): string {
  const { summary, options, operands, examples } = definition;
  return sections(width, [
    { title: "Usage", lines: wrapped(usageWords(definition), width) },
    sentence(summary),
    ...(operands === undefined ? [] : [{ title: "Arguments", rows: [[operands.usage, operands.help] as const] }]),
    { title: "Options", rows: [...optionRows(options), ["-h, --help", "show this help"] as const] },
    { title: "Examples", lines: examples },
  ]);
}

/** Renders `docs/cli.md`: every command with its options and examples. */
export function commandPage(commands: readonly Command[]): string {
  const pages = commands.map(({ definition }) => {
    const { name, summary, options, operands, examples } = definition;
    const operandRows = operands === undefined ? [] : [[operands.usage, operands.help] as const];
    return [
      `## \`${name}\``,
      "",
      sentence(summary),
      "",
      "```",
      ...wrapped(usageWords(definition), DEFAULT_WIDTH),
      "```",
      "",
      "| option | meaning |",
      "|---|---|",
      ...[...operandRows, ...optionRows(options)].map(([term, help]) => `| \`${term}\` | ${help} |`),
      "",
      "```sh",
      ...examples,
      "```",
      "",
    ].join("\n");
  });
  return [
    "# Which commands does mirrorform have?",
    "",
    "`mirrorform COMMAND --help` shows the same information. `npm run generate` generates this page.",
    "",
    "| exit code | meaning |",
    "|---|---|",
    ...EXIT_CODES.map(([codes, meaning]) => `| ${codes} | ${meaning} |`),
    "",
    "If several apply, mirrorform exits with the first of these: 130 or 143, 3, 1, 4.",
    "",
    pages.join("\n"),
  ].join("\n");
}

const EXIT_CODES = [
  ["0", "success; `plan` also exits with 0 if there are changes or blocked rows"],
  ["1", "an entry could not be read, an action of `apply` failed or was blocked, or a check failed"],
  [
    "2",
    "only with `plan --detailed-exitcode`: something to create, change or delete, or something blocked or not resolved",
  ],
  ["3", "invalid command line, mirror file, lock file or plan file"],
  ["4", "pull limit reached in `apply` or `lock`: finished images are complete; rerun later for the rest"],
  ["130, 143", "interrupted: no tag points at a partial image, and the report was written"],
] as const;

/** A paragraph, or a heading with lines or two columns below it. */
type Section =
  | string
  | { title: string; lines: readonly string[] }
  | { title: string; rows: readonly (readonly [string, string])[] };

function sections(width: number, parts: readonly Section[]): string {
  return parts.map((part) => `${render(part, width)}\n`).join("\n");
}

function render(part: Section, width: number): string {
  if (typeof part === "string") return new Help().boxWrap(part, width);
  if ("lines" in part) return [`${part.title}:`, ...part.lines.map((line) => `  ${line}`)].join("\n");
  const help = new Help();
  help.helpWidth = width;
  const termWidth = Math.max(...part.rows.map(([term]) => term.length));
  return [`${part.title}:`, ...part.rows.map(([term, text]) => help.formatItem(term, termWidth, text, help))].join(
    "\n",
  );
}

function optionRows(options: OptionTable): (readonly [term: string, help: string])[] {
  return Object.entries(options).map(([name, option]) => [termOf(name, option), helpOf(option)]);
}

/** `-f, --file FILE`, `--wait [DURATION]`. */
function termOf(name: string, option: Option<unknown>): string {
  return `${option.short === undefined ? "" : `-${option.short}, `}${longName(name)}${valueOf(option)}`;
}

function valueOf({ value, isValueOptional }: Option<unknown>): string {
  if (value === undefined) return "";
  return isValueOptional === true ? ` [${value}]` : ` ${value}`;
}

function helpOf({ help, choices, isRepeatable, defaultText }: Option<unknown>): string {
  const listed = choices === undefined ? help : `${help}: ${choices.join(", ")}`;
  const notes = [
    ...(isRepeatable === true ? ["repeatable"] : []),
    ...(defaultText === undefined ? [] : [`default: ${defaultText}`]),
  ];
  return notes.length === 0 ? listed : `${listed} (${notes.join("; ")})`;
}

/** Lists the options and operands, each as one item that is not wrapped. */
function usageWords({ name, options, operands, takesCommand }: CommandDefinition): string[] {
  return [
    `mirrorform ${name}`,
    ...Object.entries(options).map(([name, option]) => {
      return `[${longName(name)}${valueOf(option)}]${option.isRepeatable === true ? "..." : ""}`;
    }),
    ...(operands === undefined ? [] : [operands.usage]),
    ...(takesCommand === true ? ["[-- COMMAND...]"] : []),
  ];
}

/** Wraps words. Lines after the first are aligned with the first option. */
function wrapped(words: readonly string[], width: number): string[] {
  const [start = "", ...others] = words;
  const lines = [start];
  const indent = " ".repeat(start.length);
  for (const word of others) {
    const line = lines.at(-1) ?? "";
    if (line.length + 1 + word.length + 2 > width) lines.push(`${indent} ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
