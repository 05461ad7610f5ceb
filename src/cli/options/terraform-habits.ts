import type { CommandDefinition } from "./command.ts";
import { longName } from "./option.ts";
import { UsageProblem } from "./usage-problem.ts";

/** Hints for options of Terraform that mirrorform does not need. */
const NEEDLESS: Readonly<Record<string, string>> = {
  "auto-approve": "omit it; mirrorform never asks for approval",
  input: "omit it; mirrorform never asks for input",
  yes: "omit it; mirrorform never asks for approval",
  y: "omit it; mirrorform never asks for approval",
  refresh:
    "omit it; mirrorform always reads the targets. To choose when it reads the sources, set refresh of an entry in the mirror file",
  var: "set MIRRORFORM_VAR_NAME in the environment, and write ${MIRRORFORM_VAR_NAME} in the mirror file",
  parallelism: "set sources.<registry>.concurrency in the mirror file",
};

/**
 * Refuses spellings of other tools, such as `-out=plan.json` and `--auto-approve`, and suggests the right one. Without
 * this check, `-file=x` would be the short option `-f` with the value `ile=x`.
 * @throws UsageProblem
 */
export function refuseForeignHabits(args: readonly string[], { options }: CommandDefinition): void {
  for (const arg of args) {
    const [, dashes = "", name = "", value] = /^(--?)([a-z][a-z-]*)(?:=(.*))?$/.exec(arg) ?? [];
    const isOwn = Object.keys(options).some((own) => longName(own) === `--${name}`);
    if (!isOwn && Object.hasOwn(NEEDLESS, name))
      throw new UsageProblem(`unknown option ${dashes}${name}`, NEEDLESS[name]);
    if (!isOwn || dashes !== "-" || name.length === 1) continue;
    const spelling = value === undefined ? `--${name}` : `--${name}=${value}`;
    throw new UsageProblem(`unknown option -${name}`, `long options have two dashes: ${spelling}`);
  }
}
