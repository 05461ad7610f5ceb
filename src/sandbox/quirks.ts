import { DOCKER_HUB_QUIRKS } from "./docker-hub/docker-hub-quirks.ts";
import { ECR_QUIRKS } from "./ecr/ecr-quirks.ts";
import type { Quirk } from "./quirk.ts";

/** Every quirk that the sandbox has. Each has a test that shows it, and one that mirrorform copes with it. */
export const QUIRKS = [...DOCKER_HUB_QUIRKS, ...ECR_QUIRKS] as const;

/** The name of a quirk of any service. */
type QuirkName = (typeof QUIRKS)[number]["name"];

/** Quirks to switch on or off; those not named stay as their row's `default` says. */
export type QuirkSwitches = Partial<Record<QuirkName, boolean>>;

/** The switches of some rows, each as asked or else as its row's default. */
export function switchQuirks<Row extends Quirk>(
  rows: readonly Row[],
  switches: Partial<Record<Row["name"], boolean>> = {},
): Record<Row["name"], boolean> {
  const asked: Partial<Record<string, boolean>> = switches;
  const all = rows.map((row) => [row.name, asked[row.name] ?? row.default] as const);
  return Object.fromEntries(all) as Record<Row["name"], boolean>;
}

/** All quirks off: a registry as the specification has it. */
export function noQuirks(): Record<QuirkName, boolean> {
  return Object.fromEntries(QUIRKS.map(({ name }) => [name, false])) as Record<QuirkName, boolean>;
}

/** Whether a text is the name of a quirk. */
export function isQuirkName(name: string): name is QuirkName {
  return QUIRKS.some((quirk) => quirk.name === name);
}
