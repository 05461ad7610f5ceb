import type { Digest } from "../oci/digest.ts";
import type { PolicyItemChange } from "../repository/policy-changes.ts";
import type { SettingChange } from "../repository/setting-change.ts";
import type { RepositorySettings } from "../repository/settings.ts";
import type { ReferrerWork } from "./referrers/missing-referrers.ts";

/** One thing that `apply` does. The `kind` determines the other keys. */
export type Action = RepositoryAction | CopyImage | CopyReferrers | DeleteTag;

/** An action on a repository itself. */
export type RepositoryAction = CreateRepository | AdoptRepository | ChangeSetting;

/** The keys of every action. */
interface ActionBase {
  /** Unique in a plan. The same input gives the same id. */
  id: string;
  /** Name of the target in the mirror file. */
  target: string;
  /** Repository at the target, without the target's prefix. */
  repository: string;
}

/** Creates a repository that is missing at a target that manages repositories (ECR). */
export interface CreateRepository extends ActionBase {
  kind: "create-repository";
  reason: "repository-missing";
  settings: RepositorySettings;
}

/** Puts this mirror file's ownership tag on a repository that has none. Its settings follow. */
export interface AdoptRepository extends ActionBase {
  kind: "adopt-repository";
  reason: "repository-unowned";
}

/**
 * Changes one setting of a repository owned by this mirror file. Each setting is an action of its own because each is a
 * separate API call: if a run is killed between two, the next plan contains only the one that is left. Precondition:
 * the repository has this file's ownership tag, and the setting equals `from`. For a repository that the plan creates,
 * it is that the setting is not set.
 */
export type ChangeSetting = ActionBase &
  SettingChange & {
    reason: "setting-drifted" | "policy-missing" | "policy-unwanted";
    /** What differs between `from` and `to`. Present for policies. */
    changes?: PolicyItemChange[];
  };

/** Copies one digest to one tag. */
export interface CopyImage extends ActionBase {
  kind: "copy-image";
  /**
   * - `new-tag`: the target lacks the tag.
   * - `tag-moved`: the source has another digest: its tag moved, or the mirror file names another source.
   * - `pin-changed`, `lock-changed`: the mirror file or the lock file names another digest.
   * - `platforms-changed`: the target has other platforms of the same digest.
   */
  reason: "new-tag" | "tag-moved" | "pin-changed" | "lock-changed" | "platforms-changed";
  /** Tag at the target. */
  tag: string;
  /** The source as a full reference, as declared: `docker.io/library/ruby:2.7.1-slim`, with a digest if pinned. */
  source: string;
  /** The digest to copy, as at the source. The tag is not resolved again. */
  digest: Digest;
  /** The digest that the source tag names, if it is known and is not the locked one. */
  upstream?: Digest;
  /** Media type of the manifest at the source. */
  mediaType: string;
  /**
   * The platforms to copy, in normal form, sorted. Missing: all of them, byte for byte. Otherwise a new index is written
   * that names only these; its digest is known after apply.
   */
  platforms?: readonly string[];
  /** Present if BuildKit's attestations are left out. A new index is written if the source's has any. */
  attestations?: false;
  /**
   * What the tag must name when the action starts: a digest, or null for no tag. A tag that already has the wanted image
   * is a success.
   */
  precondition: Digest | null;
  /** Position in the mirror file, which is the priority when not everything can be copied. */
  order: number;
  /** Upper bound of the pulls at a source with a pull limit; 0 elsewhere. */
  pullsAtMost: number;
  /** What is known about the image before it is read. */
  content: ImageContent | undefined;
  /**
   * Repositories of the targets that have the image, a few of each target; reading it there uses no pull. Excludes the action's own repository
   * if all platforms are copied.
   */
  heldAt: HeldAt[];
  /**
   * Present if the tag is immutable and is deleted and written again, so that it is missing for a moment. The old image
   * gets the backup tag first. A missing tag also satisfies the precondition if the backup tag names the old image.
   */
  replace?: { backupTag: string };
}

/**
 * Deletes a tag that is no longer in the mirror file, its image if that has no other tag, and manifests that then
 * nothing references. A missing tag is a success.
 */
export interface DeleteTag extends ActionBase {
  kind: "delete-tag";
  reason: "not-declared";
  tag: string;
  /** The digest that the tag must name when the action starts. */
  precondition: Digest;
}

/** Copies signatures, SBOMs and attestations of one image that the target has, or has by the time this action starts. */
export interface CopyReferrers extends ActionBase {
  kind: "copy-referrers";
  /**
   * - `new-referrers`: the target lacks some.
   * - `referrers-moved`: a tag that stores them moved at the source.
   * - `known-at-apply`: a plan cannot find out without a pull whether there are any, or more.
   */
  reason: "new-referrers" | "referrers-moved" | "known-at-apply";
  /** Tag of the image at the target; the first if several tags have its digest. */
  tag: string;
  /** The source of the image, as in `CopyImage`. */
  source: string;
  /** The digest of the image. */
  digest: Digest;
  /** Whether the image is known to be the manifest of a single-platform image, without children. */
  isSingle: boolean;
  /** The selected platforms, as in `CopyImage`. Then only referrers of these platforms' images are copied. */
  platforms?: readonly string[];
  /** As in `CopyImage`. */
  attestations?: false;
  /** Artifact types to copy; null for all. */
  types: readonly string[] | null;
  /** What the target lacks, as far as this is known without a pull. */
  work: ReferrerWork[];
  /** Whether `work` is complete. If not, the rest is looked up when the action starts. */
  isComplete: boolean;
  /** Immutable tags that would have to move. They are skipped. */
  stuckTags: string[];
  /** Position of the image in the mirror file. */
  order: number;
  /** Upper bound of the pulls at a source with a pull limit, 0 elsewhere; null if it is only known at apply. */
  pullsAtMost: number | null;
}

/** A repository of a target that has an image. */
export interface HeldAt {
  /** Name of the target in the mirror file. */
  target: string;
  repository: string;
  /** The digest there, if the repository has only an index made from the source's with the same platforms. */
  digest?: Digest;
}

/** What is known about an image before it is read. */
export interface ImageContent {
  /** Number of platforms. */
  platforms: number;
  /** Sum of the compressed sizes. */
  bytes: number;
}

/** Returns whether an action is on a repository itself, rather than on its content. */
export function isRepositoryAction(action: Action): action is RepositoryAction {
  switch (action.kind) {
    case "create-repository":
    case "adopt-repository":
    case "put-tag-mutability":
    case "put-scan-on-push":
    case "put-resource-tags":
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
    case "set-repository-policy":
    case "delete-repository-policy":
      return true;
    case "copy-image":
    case "copy-referrers":
    case "delete-tag":
      return false;
  }
}
