import { DOCKER_HUB_QUIRKS } from "./docker-hub/docker-hub-quirks.ts";
import { ECR_QUIRKS } from "./ecr/ecr-quirks.ts";
import type { Quirk } from "./quirk.ts";

/** All quirks of the sandbox. One test shows each quirk, another shows that mirrorform handles it. */
export const QUIRKS = [...DOCKER_HUB_QUIRKS, ...ECR_QUIRKS] as const;

/** The name of a quirk of any service. */
type QuirkName = (typeof QUIRKS)[number]["name"];

/** Quirks to switch on or off. Quirks not listed use the `default` of their row. */
export type QuirkSwitches = Partial<Record<QuirkName, boolean>>;

/** Returns the state of each quirk in `rows`: the given switch, or the default of its row. */
export function switchQuirks<Row extends Quirk>(
  rows: readonly Row[],
  switches: Partial<Record<Row["name"], boolean>> = {},
): Record<Row["name"], boolean> {
  const given: Partial<Record<string, boolean>> = switches;
  const all = rows.map((row) => [row.name, given[row.name] ?? row.default] as const);
  return Object.fromEntries(all) as Record<Row["name"], boolean>;
}

/** Returns all quirks switched off, for registries that follow the specification. */
export function noQuirks(): Record<QuirkName, boolean> {
  return Object.fromEntries(QUIRKS.map(({ name }) => [name, false])) as Record<QuirkName, boolean>;
}

/** Checks whether a text is the name of a quirk. */
export function isQuirkName(name: string): name is QuirkName {
  return QUIRKS.some((quirk) => quirk.name === name);
}
