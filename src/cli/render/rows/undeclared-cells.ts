import type { Row } from "../../../plan/plan.ts";
import type { RowCells } from "./cells.ts";
import type { Style } from "../text/style.ts";
import { plural } from "../text/units.ts";

/** Tags that a row names one by one; `--json` has them all. */
const MOST_NAMED = 5;

type UndeclaredTags = Extract<Row, { kind: "undeclared-tags" }>;
type UndeclaredRow = Extract<Row, { kind: "blocked-deletions" | "undeclared-tags" | "unlisted-tags" }>;

/** The cells of a row about tags that nothing declares; undefined where it is not shown. */
export function undeclaredCells(row: UndeclaredRow, style: Style): RowCells | undefined {
  switch (row.kind) {
    case "blocked-deletions": {
      const columns = [`${row.tags.length} of ${row.of} tags`, named(row.tags), "", "", BLOCKED[row.reason]];
      return { symbol: "!", paint: style.problem, columns, error: row.error };
    }
    case "undeclared-tags": {
      const columns = [
        plural(row.tags.length, "tag"),
        named(row.tags),
        "",
        "",
        row.reason === "nothing-declared" ? NOTHING_DECLARED : `not declared, kept: ${WHY[row.reason]}`,
      ];
      return { symbol: "*", paint: style.quiet, columns };
    }
    case "unlisted-tags":
      if (row.reason === "no-prune") return undefined;
      if (row.reason === "nothing-declared") {
        const columns = ["tags", "", "", "", `${NOTHING_DECLARED}; its tags could not be listed`];
        return { symbol: "*", paint: style.quiet, columns };
      }
      return {
        symbol: "!",
        paint: style.problem,
        columns: ["tags", "", "", "", "could not be listed: nothing is pruned here"],
        error: row.error,
      };
  }
}

/** Said of a repository as a whole. */
const NOTHING_DECLARED = "nothing is declared in this repository any more: kept";

const BLOCKED: Readonly<Record<Extract<Row, { kind: "blocked-deletions" }>["reason"], string>> = {
  "too-many": "too many to delete unasked",
  "nothing-declared": "the rules choose nothing here: nothing is deleted",
};

const WHY: Readonly<Record<Exclude<UndeclaredTags["reason"], "nothing-declared">, string>> = {
  "no-prune": "no entry prunes here",
  narrowed: "not all of the repository was looked at",
  unresolved: "not all that is declared here could be read",
  backup: "backups of replaced tags go only where pruneTags match them",
  "not-made-here": "no entry that prunes could have made them",
};

function named(tags: readonly string[]): string {
  const shown = tags.slice(0, MOST_NAMED).join(", ");
  return tags.length > MOST_NAMED ? `${shown} and ${tags.length - MOST_NAMED} more` : shown;
}
