import type { BlockedDeletionsRow, TagsRow, UndeclaredTagsRow } from "../../../plan/rows/row.ts";
import type { Cells } from "./cells.ts";
import type { Style } from "../text/style.ts";
import { plural } from "../text/units.ts";

/** Number of tags that a row names. `--json` has them all. */
const MOST_NAMED = 5;

/** Returns the cells of a row about undeclared tags; undefined if it is not shown. */
export function tagsCells(row: TagsRow, style: Style): Cells | undefined {
  switch (row.kind) {
    case "blocked-deletions":
      return {
        sign: "!",
        paint: style.problem,
        name: `${row.tags.length} of ${row.of} tags`,
        detail: named(row.tags),
        reason: BLOCKED[row.reason],
        error: row.error,
      };
    case "undeclared-tags":
      return {
        sign: "*",
        paint: style.quiet,
        name: plural(row.tags.length, "tag"),
        detail: named(row.tags),
        reason: UNDECLARED[row.reason],
      };
    case "unlisted-tags":
      switch (row.reason) {
        case "no-prune":
          return undefined;
        case "nothing-declared": {
          const reason = `${UNDECLARED["nothing-declared"]}; its tags could not be listed`;
          return { sign: "*", paint: style.quiet, name: "tags", reason };
        }
        case "unresolved": {
          const reason = "could not be listed: nothing is pruned here";
          return { sign: "!", paint: style.problem, name: "tags", reason, error: row.error };
        }
      }
  }
}

const BLOCKED: Readonly<Record<BlockedDeletionsRow["reason"], string>> = {
  "too-many": "too many to delete unasked",
  "nothing-declared": "the rules choose nothing here: nothing is deleted",
};

const UNDECLARED: Readonly<Record<UndeclaredTagsRow["reason"], string>> = {
  "nothing-declared": "nothing is declared in this repository any more: kept",
  "no-prune": "not declared, kept: no entry prunes here",
  narrowed: "not declared, kept: not all of the repository was looked at",
  unresolved: "not declared, kept: not all that is declared here could be read",
  backup: "not declared, kept: backups of replaced tags go only where pruneTags match them",
  "not-made-here": "not declared, kept: no entry that prunes could have made them",
};

function named(tags: readonly string[]): string {
  const shown = tags.slice(0, MOST_NAMED).join(", ");
  return tags.length > MOST_NAMED ? `${shown} and ${tags.length - MOST_NAMED} more` : shown;
}
