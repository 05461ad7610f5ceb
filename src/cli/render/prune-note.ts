import type { Plan } from "../../plan/plan.ts";
import { plural } from "./text/units.ts";

/**
 * Explains once for the whole plan why removing a tag from the mirror file deletes nothing. Empty unless an undeclared tag
 * stays because no entry prunes its repository.
 */
export function pruneNote({ targets }: Plan): string[] {
  const rows = targets.flatMap((target) => target.rows);
  const tags = rows.flatMap((row) => (row.kind === "undeclared-tags" && row.reason === "no-prune" ? row.tags : []));
  if (tags.length === 0) return [];
  return [
    `${plural(tags.length, "undeclared tag")} ${tags.length === 1 ? "stays" : "stay"}: apply deletes tags only for entries with prune: true.`,
  ];
}
