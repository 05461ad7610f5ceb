import type { Row } from "../../plan/rows/row.ts";

/** Returns what of a row is blocked, and why, for the report's list of what was not done; undefined for other rows. */
export function blockedText(row: Row): { name: string; reason: string } | undefined {
  switch (row.kind) {
    case "blocked-tag":
    case "blocked-referrer-tag":
      return { name: `${row.repository}:${row.tag}`, reason: "blocked: the tag is immutable" };
    case "blocked-platforms":
      return { name: `${row.repository}:${row.tag}`, reason: "blocked: lacks selected platforms" };
    case "blocked-by-lock":
      return { name: `${row.repository}:${row.tag}`, reason: `blocked: ${LOCK[row.reason]}` };
    case "archived":
      return { name: `${row.repository}:${row.tag}`, reason: "blocked: the image is archived" };
    case "blocked-deletions":
      return { name: row.repository, reason: `blocked: ${DELETIONS[row.reason]}` };
    case "blocked-adoption":
      return {
        name: `repository ${row.repository}`,
        reason: `blocked: owned by the mirror file "${row.owner}"`,
      };
    case "blocked-encryption":
      return { name: `encryption of ${row.repository}`, reason: "blocked: ECR cannot change it" };
    case "action":
    case "unchanged":
    case "held-by-lock":
    case "kept-image":
    case "kept-referrers":
    case "postponed-image":
    case "failed-image":
    case "failed-referrers":
    case "refused-referrers":
    case "left-out-referrers":
    case "stale-image":
    case "stale-referrers":
    case "stale-tag":
    case "stale-repository":
    case "undeclared-tags":
    case "unlisted-tags":
    case "foreign-repository":
    case "lifecycle-warning":
      return undefined;
  }
}

const DELETIONS = {
  "too-many": "too many tags to delete without --allow-deletions",
  "nothing-declared": "the tag rules select nothing",
} as const;

const LOCK = {
  "not-locked": "not in the lock file",
  "lock-contradicts-pin": "pin differs from the locked digest",
} as const;
