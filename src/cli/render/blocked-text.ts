import type { Row } from "../../plan/plan.ts";

/** What of a plan's row is blocked, and why, for the report's list of what was not done; undefined for other rows. */
export function blockedText(row: Row): { name: string; why: string } | undefined {
  switch (row.kind) {
    case "blocked":
      return { name: `${row.repository}:${row.tag}`, why: `blocked: ${IMAGES[row.reason]}` };
    case "blocked-deletions":
      return { name: row.repository, why: `blocked: ${row.tags.length} tags are too many to delete` };
    case "archived":
      return { name: `${row.repository}:${row.tag}`, why: "blocked: the image is archived" };
    case "blocked-repository":
      return row.reason === "owned-by-another"
        ? { name: `repository ${row.repository}`, why: `blocked: it belongs to the mirror file "${row.owner}"` }
        : { name: `encryption of ${row.repository}`, why: "blocked: ECR does not change it" };
    default:
      return undefined;
  }
}

const IMAGES: Readonly<Record<Extract<Row, { kind: "blocked" }>["reason"], string>> = {
  "tag-immutable": "the tag is immutable",
  "referrer-tag-immutable": "the tag is immutable",
  "platform-missing": "it lacks chosen platforms",
  "not-locked": "not in the lock",
  "lock-contradicts-pin": "the lock has another digest than the pin",
};
