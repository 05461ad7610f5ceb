import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";

/** What `mirrorform --help` prints. */
export function generalHelp(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const commands = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return [
    "mirrorform keeps the container images of mirrors.yaml in Amazon ECR.",
    "",
    "Usage: mirrorform COMMAND [options]",
    "",
    ...commands,
    "",
    "mirrorform COMMAND --help shows a command's options. mirrorform --version shows the version.",
    "",
    "Exit codes: 0 done, 1 something failed, 2 something differs (plan --detailed-exitcode only), 3 the command line or the mirror file is not valid, 4 the pull allowance does not reach, 130 and 143 interrupted.",
    "",
  ].join("\n");
}

/** `docs/cli.md`: every command with its options and examples. */
export function commandPage(commands: readonly Command[]): string {
  const sections = commands.map((command) => {
    const rows = Object.keys(command.options).map((name) => {
      const { short } = command.options[name] ?? {};
      const names = short === undefined ? `--${name}` : `--${name}, -${short}`;
      return `| \`${names}\` | ${command.optionHelp[name] ?? ""} |`;
    });
    return [
      `## \`${command.name}\``,
      "",
      sentence(command.summary),
      "",
      "```",
      `mirrorform ${command.usage}`,
      "```",
      "",
      ...(rows.length === 0 ? [] : ["| option | |", "|---|---|", ...rows, ""]),
      "```sh",
      ...command.examples,
      "```",
      "",
    ].join("\n");
  });
  return [
    "# Which commands are there?",
    "",
    "Made from the command line itself by `npm run generate`. `mirrorform COMMAND --help` shows the same.",
    "",
    "| exit code | |",
    "|---|---|",
    ...EXIT_CODES.map(([codes, meaning]) => `| ${codes} | ${meaning} |`),
    "",
    "Where several hold: interrupted, then 3, then 1, then 4.",
    "",
    sections.join("\n"),
  ].join("\n");
}

/** Design of the command line, "Exit codes". */
const EXIT_CODES = [
  ["0", "done; for `plan`, with or without changes or blocked rows"],
  [
    "1",
    "something failed: an entry could not be resolved, an action failed or was blocked at apply, a check did not hold",
  ],
  ["2", "something differs: only from `plan --detailed-exitcode`"],
  ["3", "the command line, the mirror file, the lock or the plan file is not valid"],
  [
    "4",
    "`apply` stopped at the floor of a pull allowance; what was done is complete, the rest is listed: run it again later",
  ],
  ["130, 143", "interrupted; what was begun was finished or left unseen, the report was written"],
] as const;

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What `mirrorform COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const names = Object.keys(command.options);
  const flags = names.map((name) => {
    const { short } = command.options[name] ?? {};
    return short === undefined ? `--${name}` : `--${name}, -${short}`;
  });
  const width = Math.max(...flags.map((flag) => flag.length));
  const options = names.map((name, i) => `  ${(flags[i] ?? "").padEnd(width)}  ${command.optionHelp[name] ?? ""}`);
  return [
    `mirrorform ${command.name}: ${command.summary}`,
    "",
    `Usage: mirrorform ${command.usage}`,
    "",
    ...options,
    "",
    "Examples:",
    ...command.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}
