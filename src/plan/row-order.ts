import type { Row } from "./plan.ts";

/** By repository, what concerns the repository first, then by tag: the order in which a plan is read. */
export function compareRows(a: Row, b: Row): number {
  return compareText(repositoryOf(a), repositoryOf(b)) || rank(a) - rank(b) || compareText(tagOf(a), tagOf(b));
}

export function repositoryOf(row: Row): string {
  return row.kind === "action" ? row.action.repository : row.repository;
}

/** The tag a row is about; empty for a row about a repository. */
function tagOf(row: Row): string {
  if (row.kind === "foreign-repository") return "";
  if (row.kind !== "action") return row.tag;
  return "tag" in row.action ? row.action.tag : "";
}

function rank(row: Row): number {
  if (row.kind === "foreign-repository") return 0;
  if (row.kind !== "action") return 4;
  switch (row.action.kind) {
    case "create-repository":
      return 1;
    case "put-lifecycle-policy":
      return 2;
    case "set-repository-policy":
      return 3;
    case "copy-image":
      return 4;
    case "copy-referrers":
      return 5;
  }
}

/** By code unit, not by locale: the same everywhere. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
