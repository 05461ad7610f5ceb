import { shownPath } from "../../desired/text/problem.ts";
import type { Plan, Totals } from "../../plan/plan.ts";
import { imageOf } from "../../plan/rows/row-fields.ts";
import { plural } from "./text/units.ts";

/** Renders the totals: `Plan: 2 to create, 2 to change, 1 to delete, 1 blocked, 214 unchanged.` */
export function summarise(plan: Plan): string {
  const { create, change, delete: removed, kept, unchanged, heldByLock } = plan.totals;
  const held =
    heldByLock === 0 ? "" : ` ${heldByLock} moved upstream and ${heldByLock === 1 ? "stays" : "stay"} locked.`;
  const left = notPlannedText(plan);
  if (!hasChanges(plan.totals)) {
    if (left !== "") return `Nothing left to do in the saved plan.${left}`;
    const unsure =
      kept === 0 ? "" : ` ${kept} could not be checked and ${kept === 1 ? "stays as it is" : "stay as they are"}.`;
    return `No changes. ${matchingText(plan)} ${shownPath(plan.file)}.${unsure}${held}`;
  }
  const counts = [`${create} to create`, `${change} to change`, `${removed} to delete`, ...problemCounts(plan.totals)];
  return `Plan: ${[...counts, `${unchanged} unchanged`].join(", ")}.${held}${left}`;
}

/** Renders the totals that are not 0, without the unchanged images: `2 to create, 1 blocked`. */
export function countsText(totals: Totals): string {
  const { create, change, delete: removed } = totals;
  const counts: [number, string][] = [
    [create, "to create"],
    [change, "to change"],
    [removed, "to delete"],
  ];
  return [
    ...counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])),
    ...problemCounts(totals),
  ].join(", ");
}

/** Returns whether a plan has something to do, or something that could not be planned. */
export function hasChanges({ create, change, delete: removed, blocked, failed, postponed }: Totals): boolean {
  return create + change + removed + blocked + failed + postponed > 0;
}

function problemCounts({ blocked, failed, postponed, kept }: Totals): string[] {
  const counts: [number, string][] = [
    [blocked, "blocked"],
    [failed, "could not be read"],
    [postponed, "not resolved"],
    [kept, "not checked"],
  ];
  return counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
}

/** Renders `214 images match` or, as each image is counted once for each target, `300 images at 3 targets match`. */
function matchingText({ targets, totals }: Plan): string {
  if (targets.length === 1)
    return `${plural(totals.unchanged, "image")} ${totals.unchanged === 1 ? "matches" : "match"}`;
  const places = targets.flatMap(({ rows }) =>
    rows.filter(({ kind }) => kind === "unchanged" || kind === "held-by-lock").flatMap((row) => imageOf(row) ?? []),
  );
  const images = new Set(places.map(({ source, repository, tag }) => `${source} ${repository}:${tag}`)).size;
  const at = plural(new Set(places.map(({ target }) => target)).size, "target");
  return `${plural(images, "image")} at ${at} ${images === 1 ? "matches" : "match"}`;
}

function notPlannedText({ notPlanned = 0 }: Plan): string {
  if (notPlanned === 0) return "";
  return ` ${plural(notPlanned, "change")} ${notPlanned === 1 ? "is" : "are"} not in the saved plan and ${notPlanned === 1 ? "waits" : "wait"} for the next one.`;
}
