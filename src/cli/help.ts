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
    "Exit codes: 0 done, 1 something failed, 3 the command line or the mirror file is not valid, 4 the pull allowance does not reach, 130 and 143 interrupted.",
    "",
  ].join("\n");
}

/** What `mirrorform COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const names = Object.keys(command.options);
  const width = Math.max(...names.map((name) => name.length));
  const options = names.map((name) => `  --${name.padEnd(width)}  ${command.optionHelp[name] ?? ""}`);
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
