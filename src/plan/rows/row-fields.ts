/** The keys that several kinds of rows and actions have: one accessor for each. */
import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Action } from "../action.ts";
import type { ImagePlace, ImageRow, Row } from "./row.ts";

/** Returns the target of a row or an action, by its name in the mirror file. */
export function targetOf(row: Row | Action): string {
  return row.kind === "action" ? row.action.target : row.target;
}

/** Returns the repository of a row or an action. */
export function repositoryOf(row: Row | Action): string {
  return row.kind === "action" ? row.action.repository : row.repository;
}

/** Returns the tag that a row or an action is about; undefined if it is about a repository, or about several tags. */
export function tagOf(row: Row | Action): string | undefined {
  const about = row.kind === "action" ? row.action : row;
  return about.kind === "delete-tag" || about.kind === "stale-tag" ? about.tag : imageOf(about)?.tag;
}

/** Returns what a row or an action is about: `nginx:1`, or the repository. */
export function placeOf(row: Row | Action): string {
  const tag = tagOf(row);
  return tag === undefined ? repositoryOf(row) : `${repositoryOf(row)}:${tag}`;
}

/** Returns the source of the image that a row or an action is about; undefined if it is not about a declared image. */
export function sourceOf(row: Row | Action): string | undefined {
  return imageOf(row)?.source;
}

/** Returns the row or the action itself if it is about one image of the mirror file or its referrers. */
export function imageOf(row: Row | Action): ImagePlace | undefined {
  switch (row.kind) {
    case "action":
      return imageOf(row.action);
    case "unchanged":
    case "held-by-lock":
    case "archived":
    case "kept-image":
    case "postponed-image":
    case "blocked-tag":
    case "blocked-platforms":
    case "blocked-by-lock":
    case "failed-image":
    case "stale-image":
    case "kept-referrers":
    case "failed-referrers":
    case "refused-referrers":
    case "left-out-referrers":
    case "blocked-referrer-tag":
    case "stale-referrers":
    case "copy-image":
    case "copy-referrers":
      return row;
    case "blocked-deletions":
    case "undeclared-tags":
    case "unlisted-tags":
    case "stale-tag":
    case "stale-repository":
    case "foreign-repository":
    case "blocked-adoption":
    case "blocked-encryption":
    case "lifecycle-warning":
    case "create-repository":
    case "adopt-repository":
    case "put-tag-mutability":
    case "put-scan-on-push":
    case "put-resource-tags":
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
    case "set-repository-policy":
    case "delete-repository-policy":
    case "delete-tag":
      return undefined;
  }
}

/** Returns the digest of an image at its target: the one its tag gets, or else the one it names; undefined if unknown. */
export function digestOf(row: ImageRow): Digest | undefined {
  switch (row.kind) {
    case "action":
      return row.action.kind === "copy-image" ? row.action.digest : undefined;
    case "failed-image":
    case "postponed-image":
      return undefined;
    case "unchanged":
    case "held-by-lock":
    case "archived":
    case "kept-image":
    case "blocked-tag":
    case "blocked-platforms":
    case "blocked-by-lock":
      return row.have;
  }
}

/** Returns the error of a row that counts as a failure: something could not be read, or has changed since the saved plan. */
export function failureOf(row: Row): ErrorReport | undefined {
  switch (row.kind) {
    case "failed-image":
    case "failed-referrers":
    case "stale-image":
    case "stale-referrers":
    case "stale-tag":
    case "stale-repository":
      return row.error;
    case "unlisted-tags":
      return row.reason === "unresolved" ? row.error : undefined;
    case "action":
    case "unchanged":
    case "held-by-lock":
    case "archived":
    case "kept-image":
    case "kept-referrers":
    case "postponed-image":
    case "refused-referrers":
    case "left-out-referrers":
    case "blocked-tag":
    case "blocked-platforms":
    case "blocked-by-lock":
    case "blocked-referrer-tag":
    case "blocked-deletions":
    case "blocked-adoption":
    case "blocked-encryption":
    case "undeclared-tags":
    case "foreign-repository":
    case "lifecycle-warning":
      return undefined;
  }
}
