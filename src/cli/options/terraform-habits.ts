import type { CommandDefinition } from "./command.ts";
import { longName } from "./option.ts";
import { UsageProblem } from "./usage-problem.ts";

/** Options that users of Terraform type, and that mirrorform has no need of. */
const NEEDLESS: Readonly<Record<string, string>> = {
  "auto-approve": "mirrorform never asks for approval: leave it out",
  input: "mirrorform never asks for input: leave it out",
  yes: "mirrorform never asks for approval: leave it out",
  y: "mirrorform never asks for approval: leave it out",
  refresh:
    "mirrorform always reads the targets; set refresh on an entry of the mirror file to choose when sources are read",
  var: "set MIRRORFORM_VAR_NAME in the environment, and write ${MIRRORFORM_VAR_NAME} in the mirror file",
  parallelism: "set sources.<registry>.concurrency in the mirror file",
};

/**
 * Refuses spellings that other tools accept, with the one that is right here: `-out=plan.json`, `--auto-approve`.
 * Without this `-file=x` would be the short option `-f` with the value `ile=x`.
 * @throws UsageProblem
 */
export function refuseForeignHabits(args: readonly string[], { options }: CommandDefinition): void {
  for (const arg of args) {
    const [, dashes = "", name = "", value] = /^(--?)([a-z][a-z-]*)(?:=(.*))?$/.exec(arg) ?? [];
    const isOwn = Object.keys(options).some((own) => longName(own) === `--${name}`);
    if (!isOwn && NEEDLESS[name] !== undefined)
      throw new UsageProblem(`unknown option ${dashes}${name}`, NEEDLESS[name]);
    if (!isOwn || dashes !== "-" || name.length === 1) continue;
    const spelling = value === undefined ? `--${name}` : `--${name}=${value}`;
    throw new UsageProblem(`unknown option -${name}`, `long options have two dashes: ${spelling}`);
  }
}
