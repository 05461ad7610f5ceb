import type { Action } from "../action.ts";
import type { Row } from "./row.ts";
import { repositoryOf, tagOf } from "./row-fields.ts";

/** Orders rows for display: by repository, rows about the repository first, then by tag. */
export function compareRows(a: Row, b: Row): number {
  return (
    compareText(repositoryOf(a), repositoryOf(b)) || rank(a) - rank(b) || compareText(tagOf(a) ?? "", tagOf(b) ?? "")
  );
}

/** Within a repository: its ownership, its creation, its settings, its images, then undeclared tags. */
function rank(row: Row): number {
  switch (row.kind) {
    case "foreign-repository":
      return 0;
    case "blocked-adoption":
    case "blocked-encryption":
      return 2;
    case "lifecycle-warning":
      return 8;
    case "unchanged":
    case "held-by-lock":
    case "archived":
    case "kept-image":
    case "postponed-image":
    case "blocked-tag":
    case "blocked-platforms":
    case "blocked-by-lock":
    case "failed-image":
    case "kept-referrers":
    case "failed-referrers":
    case "blocked-referrer-tag":
    case "stale-image":
    case "stale-referrers":
    case "stale-tag":
    case "stale-repository":
      return ACTION_RANKS["copy-image"];
    case "refused-referrers":
    case "left-out-referrers":
      return ACTION_RANKS["copy-referrers"];
    case "blocked-deletions":
    case "undeclared-tags":
    case "unlisted-tags":
      return 12;
    case "action":
      return ACTION_RANKS[row.action.kind];
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

/** Compares by code unit rather than by locale, so that the order is the same everywhere. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
