import type { Action } from "../action.ts";
import type { Row } from "../plan.ts";

/** By repository, what concerns the repository first, then by tag: the order in which a plan is read. */
export function compareRows(a: Row, b: Row): number {
  return compareText(repositoryOf(a), repositoryOf(b)) || rank(a) - rank(b) || compareText(tagOf(a), tagOf(b));
}

export function repositoryOf(row: Row): string {
  return row.kind === "action" ? row.action.repository : row.repository;
}

/** The tag a row is about; empty for a row about a repository. */
export function tagOf(row: Row): string {
  const about = row.kind === "action" ? row.action : row;
  return "tag" in about ? about.tag : "";
}

/** What is said of the repository, how it comes to be, what it is set to, then its tags. */
function rank(row: Row): number {
  switch (row.kind) {
    case "foreign-repository":
      return 0;
    case "blocked-repository":
      return 2;
    case "warning":
      return 8;
    case "left-out":
      return ACTION_RANKS["copy-referrers"];
    case "blocked-deletions":
    case "undeclared-tags":
    case "unlisted-tags":
      return 12;
    case "action":
      return ACTION_RANKS[row.action.kind];
    default:
      return ACTION_RANKS["copy-image"];
  }
}

const ACTION_RANKS: Readonly<Record<Action["kind"], number>> = {
  "create-repository": 1,
  "adopt-repository": 1,
  "put-tag-mutability": 3,
  "put-scan-on-push": 4,
  "put-resource-tags": 5,
  "put-lifecycle-policy": 6,
  "delete-lifecycle-policy": 6,
  "set-repository-policy": 7,
  "delete-repository-policy": 7,
  "copy-image": 9,
  "copy-referrers": 10,
  "delete-tag": 11,
};

/** By code unit, not by locale: the same everywhere. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
