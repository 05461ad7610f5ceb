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
          const reason = "could not be listed, so nothing is pruned here";
          return { sign: "!", paint: style.problem, name: "tags", reason, error: row.error };
        }
      }
  }
}

const BLOCKED: Readonly<Record<BlockedDeletionsRow["reason"], string>> = {
  "too-many": "too many to delete without --allow-deletions",
  "nothing-declared": "the tag rules select nothing here, so nothing is deleted",
};

const UNDECLARED: Readonly<Record<UndeclaredTagsRow["reason"], string>> = {
  "nothing-declared": "kept: this repository is no longer in the mirror file",
  "no-prune": "undeclared, kept: no entry prunes this repository",
  narrowed: "undeclared, kept: this run does not cover the whole repository",
  unresolved: "undeclared, kept: some declared images could not be read",
  backup: "undeclared, kept: backup of a replaced tag; only pruneTags can delete it",
  "not-made-here": "undeclared, kept: no entry that prunes could have created them",
};

function named(tags: readonly string[]): string {
  const shown = tags.slice(0, MOST_NAMED).join(", ");
  return tags.length > MOST_NAMED ? `${shown} and ${tags.length - MOST_NAMED} more` : shown;
}
