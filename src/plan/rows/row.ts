import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Action } from "../action.ts";
import type { RepositoryRow } from "../repositories/repository-row.ts";

/**
 * What a plan states about one repository, tag or image. The `kind` determines the other keys. Rows of unchanged
 * images are part of the plan so that the report can list them; they are not rendered unless a check was impossible.
 */
export type Row = ActionRow | ImageStateRow | ReferrerRow | TagsRow | StaleRow | RepositoryRow;

/** Something that `apply` does. */
export interface ActionRow {
  kind: "action";
  action: Action;
}

/** The row of one image in the mirror file, at one target. */
export type ImageRow = ActionRow | ImageStateRow;

/** An image for which there is nothing to do, or nothing that can be done. */
export type ImageStateRow =
  | UnchangedRow
  | HeldByLockRow
  | ArchivedRow
  | KeptImageRow
  | PostponedImageRow
  | BlockedTagRow
  | BlockedPlatformsRow
  | BlockedByLockRow
  | FailedImageRow;

/** Referrers of an image for which there is nothing that can be done. */
export type ReferrerRow =
  | KeptReferrersRow
  | FailedReferrersRow
  | RefusedReferrersRow
  | LeftOutReferrersRow
  | BlockedReferrerTagRow;

/** Tags that are not in the mirror file. */
export type TagsRow = BlockedDeletionsRow | UndeclaredTagsRow | UnlistedTagsRow;

/** An action of a saved plan that is no longer the same. */
export type StaleRow = StaleImageRow | StaleReferrersRow | StaleTagRow | StaleRepositoryRow;

/** The keys of every row that is about one image of the mirror file. */
export interface ImagePlace {
  /** Name of the target in the mirror file. */
  target: string;
  /** Repository at the target, without the target's prefix. */
  repository: string;
  /** Tag at the target. */
  tag: string;
  /** The source as a full reference, as declared: with a tag, a digest or both. */
  source: string;
  /** Position in the mirror file. */
  order: number;
}

/** The target has the declared image. */
export interface UnchangedRow extends ImagePlace {
  kind: "unchanged";
  /** `already-there`: the entry has `refresh: missing`, and the tag exists; the source was not queried. */
  reason: "same-digest" | "already-there";
  /** The digest that the tag names. */
  have: Digest;
  /** The source's digest of the same manifest, if it uses another algorithm. */
  sourceDigest?: Digest;
  /** The source index that the tag's index was made from, if platforms are selected. */
  madeOf?: Digest;
  /** Why the platform of a single-platform image could not be compared with the selected platforms. */
  unchecked?: ErrorReport;
}

/** The target has the locked image, and the tag has moved at the source. The new digest is not copied. */
export interface HeldByLockRow extends ImagePlace {
  kind: "held-by-lock";
  reason: "moved-upstream";
  /** The digest that the tag names. */
  have: Digest;
  /** The source's digest of the same manifest, if it uses another algorithm. */
  sourceDigest?: Digest;
  /** The locked digest, as at the source. With selected platforms the tag names an index made from it. */
  locked: Digest;
  /** The digest that the source tag names now. */
  upstream: Digest;
  /** Why the platform of a single-platform image could not be compared with the selected platforms. */
  unchecked?: ErrorReport;
}

/** The image is in ECR's archive: it cannot be pulled, and pushing it would restore it. */
export interface ArchivedRow extends ImagePlace {
  kind: "archived";
  reason: "image-archived";
  /** The digest of the archived image. */
  have: Digest;
}

/** The source's pull limit is reached, so the image was not checked. The target has the tag, which stays. */
export interface KeptImageRow extends ImagePlace {
  kind: "kept-image";
  reason: "not-checked";
  /** The digest that the tag names. */
  have: Digest;
  error: ErrorReport;
}

/** The source's pull limit is reached, so the image could not be resolved. The target lacks the tag. A later run copies it. */
export interface PostponedImageRow extends ImagePlace {
  kind: "postponed-image";
  reason: "pull-limit-reached";
  error: ErrorReport;
}

/** The tag has to move, and the repository does not allow it. */
export interface BlockedTagRow extends ImagePlace {
  kind: "blocked-tag";
  reason: "tag-immutable";
  /** The digest that the tag names. */
  have: Digest;
  /** The digest at the source. With `platforms` the tag would name an index made from it. */
  want: Digest;
  /** The selected platforms, in normal form, sorted; missing if all are mirrored. */
  platforms?: readonly string[];
  /** Present if attestations are left out. */
  attestations?: false;
  error: ErrorReport;
}

/** The tag names the declared image, which is a single-platform image of a platform that is not selected. */
export interface BlockedPlatformsRow extends ImagePlace {
  kind: "blocked-platforms";
  reason: "platform-missing";
  /** The digest that the tag names. */
  have: Digest;
  error: ErrorReport;
}

/** There is a lock file, and it does not allow the image to be copied. */
export interface BlockedByLockRow extends ImagePlace {
  kind: "blocked-by-lock";
  reason: "not-locked" | "lock-contradicts-pin";
  /** The digest that the tag names; undefined if the target lacks the tag. */
  have: Digest | undefined;
  error: ErrorReport;
}

/** The source or the target could not be read, or the source serves an image that cannot be mirrored. */
export interface FailedImageRow extends ImagePlace {
  kind: "failed-image";
  reason: "unresolved";
  error: ErrorReport;
}

/** The source's pull limit is reached, so the referrers of the image were not checked. Those at the target stay. */
export interface KeptReferrersRow extends ImagePlace {
  kind: "kept-referrers";
  reason: "referrers-not-checked";
  /** The digest of the image. */
  have: Digest;
  error: ErrorReport;
}

/** The referrers of the image could not be read. */
export interface FailedReferrersRow extends ImagePlace {
  kind: "failed-referrers";
  reason: "referrers-unread";
  error: ErrorReport;
}

/** Referrers that the target refused to store in an earlier run. They are not tried again. */
export interface RefusedReferrersRow extends ImagePlace {
  kind: "refused-referrers";
  reason: "referrers-refused";
  /** Digests of the referrers, sorted. */
  refused: Digest[];
}

/** Referrers with a media type that mirrorform does not copy, or that the source lists, but no longer has. */
export interface LeftOutReferrersRow extends ImagePlace {
  kind: "left-out-referrers";
  reason: "referrers-unsupported" | "referrers-gone";
  /** Digests of the referrers, sorted. */
  leftOut: Digest[];
  /** The media types that are not copied, sorted. */
  mediaTypes: string[];
}

/** A tag that stores referrers has to move, and the repository does not allow it. `tag` is that tag. */
export interface BlockedReferrerTagRow extends ImagePlace {
  kind: "blocked-referrer-tag";
  reason: "referrer-tag-immutable";
  /** The digest that the tag names. */
  have: Digest;
  /** The digest at the source. */
  want: Digest;
  error: ErrorReport;
}

/**
 * Tags that prune does not delete although they are undeclared. `too-many`: they are more of the repository's tags than
 * prune deletes unless it is allowed to. `nothing-declared`: the tag rules that prune here select no tag.
 */
export interface BlockedDeletionsRow {
  kind: "blocked-deletions";
  reason: "too-many" | "nothing-declared";
  target: string;
  repository: string;
  /** The undeclared tags, sorted. */
  tags: string[];
  /** Number of tags in the repository, without those that store referrers. */
  of: number;
  error: ErrorReport;
}

/**
 * Undeclared tags that stay, in a repository owned by this mirror file.
 * - `no-prune`: no entry prunes the repository.
 * - `narrowed`: the options of this run excluded some images of the repository.
 * - `unresolved`: some images of the repository could not be read.
 * - `not-made-here`: no entry that prunes could have created them.
 * - `nothing-declared`: the mirror file declares nothing in the repository; `tags` may be empty.
 * - `backup`: they are backups of replaced tags.
 */
export interface UndeclaredTagsRow {
  kind: "undeclared-tags";
  reason: "no-prune" | "narrowed" | "unresolved" | "not-made-here" | "nothing-declared" | "backup";
  target: string;
  repository: string;
  /** Sorted. */
  tags: string[];
}

/**
 * The tags of a repository owned by this mirror file could not be listed. `unresolved`: pruning needs the list, so this
 * is a failure. `no-prune`: no entry prunes the repository. `nothing-declared`: the mirror file declares nothing in it.
 */
export interface UnlistedTagsRow {
  kind: "unlisted-tags";
  reason: "no-prune" | "unresolved" | "nothing-declared";
  target: string;
  repository: string;
  error: ErrorReport;
}

/** The copy of an image has changed since the saved plan, or the tag already has another digest than planned. */
export interface StaleImageRow extends ImagePlace {
  kind: "stale-image";
  reason: "moved-since-plan";
  error: ErrorReport;
}

/** The copy of an image's referrers has changed since the saved plan. */
export interface StaleReferrersRow extends ImagePlace {
  kind: "stale-referrers";
  reason: "moved-since-plan";
  error: ErrorReport;
}

/** A tag that the saved plan copies or deletes, and that is now to stay as it is. */
export interface StaleTagRow {
  kind: "stale-tag";
  reason: "moved-since-plan";
  target: string;
  repository: string;
  tag: string;
  error: ErrorReport;
}

/** A change of a repository or its settings is not the same as in the saved plan. */
export interface StaleRepositoryRow {
  kind: "stale-repository";
  reason: "moved-since-plan";
  target: string;
  repository: string;
  error: ErrorReport;
}
