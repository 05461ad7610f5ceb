import type { Digest } from "../oci/digest.ts";
import type { SettingChange } from "../repository/setting-change.ts";
import type { RepositorySettings } from "../repository/settings.ts";
import type { ReferrerWork } from "./referrers/missing-referrers.ts";

/** What every action carries. `id` is unique in a plan and the same for the same input. */
interface ActionBase {
  id: string;
  /** Name of the target in the mirror file. */
  target: string;
  repository: string;
}

/** A repository that is missing at a target that keeps repositories as things of their own (ECR). */
export interface CreateRepository extends ActionBase {
  kind: "create-repository";
  reason: "repository-missing";
  settings: RepositorySettings;
}

/** A repository without any mirror file's mark, that the file adopts: it gets the mark, and then its settings. */
export interface AdoptRepository extends ActionBase {
  kind: "adopt-repository";
  reason: "repository-unowned";
}

/**
 * One setting of a repository of ours. Each is an action of its own, as each is a call of its own: a run killed between
 * two leaves one undone, and the next plan holds just that action. Its precondition is that the repository has this
 * file's mark and that the setting is as `from` says; for a repository that is yet to be created, that it has none.
 */
export type ChangeSetting = ActionBase &
  SettingChange & { reason: "setting-drifted" | "policy-missing" | "policy-unwanted" };

/** One digest to be copied to one tag. */
export interface CopyImage extends ActionBase {
  kind: "copy-image";
  /**
   * `tag-moved`: the source has another digest than the tag: it moved upstream, or the file names another source.
   * `pin-changed`, `lock-changed`: the mirror file or the lock names another digest than the tag holds.
   * `platforms-changed`: the tag holds other platforms of the same digest.
   */
  reason: "new-tag" | "tag-moved" | "pin-changed" | "lock-changed" | "platforms-changed";
  tag: string;
  /** The source as a full reference, as it was declared: `docker.io/library/ruby:2.7.1-slim`, with a digest if pinned. */
  source: string;
  /** What is copied, as it is at the source; never the tag. */
  digest: Digest;
  /** What the tag names upstream, where that is known and the lock holds it back. */
  upstream?: Digest;
  mediaType: string;
  /**
   * The platforms to copy, in normal form, sorted; missing: all of them, byte for byte. An index is written anew with
   * these alone: under which digest is known after apply.
   */
  platforms?: readonly string[];
  /** What the tag must hold when the action begins: a digest, or null for "absent". Already as wanted is success. */
  precondition: Digest | null;
  /** Place in the mirror file: priority when not everything can be done. */
  order: number;
  /** Pulls this may cost at a source with an allowance; 0 elsewhere. */
  pullsAtMost: number;
  content: ImageContent | undefined;
  /** Repositories of the targets that have it: read there, it costs no pull. Of whole images not its own repository. */
  heldAt: HeldAt[];
  /**
   * The tag may not move, so it is deleted and put again, and is absent for a moment. The image that it holds gets the
   * backup tag before. "Absent" is accepted in place of the precondition where the backup tag holds the old image.
   */
  replace?: { backupTag: string };
}

/**
 * A tag that nothing declares any more. Its image goes with it where it has no other tag, and what then nothing
 * refers to. Absent is success.
 */
export interface DeleteTag extends ActionBase {
  kind: "delete-tag";
  reason: "not-declared";
  tag: string;
  precondition: Digest;
}

/** Signatures, SBOMs and attestations of one image that the target has, or will have by then. */
export interface CopyReferrers extends ActionBase {
  kind: "copy-referrers";
  /**
   * `referrers-moved`: a tag that holds them moved at the source. `known-at-apply`: whether there are any, or more, is seen
   * only when the image, or a list of them, is read.
   */
  reason: "new-referrers" | "referrers-moved" | "known-at-apply";
  /** Of the image; where several tags have its digest, the first of them. */
  tag: string;
  /** As that of the image. */
  source: string;
  /** The image's. */
  digest: Digest;
  /** Whether it is known to be the manifest of one image, without children. */
  isSingle: boolean;
  /** As that of the image; then its index is one of ours, and what is copied refers to the images in it alone. */
  platforms?: readonly string[];
  /** Artifact types asked for; null for all. */
  types: readonly string[] | null;
  /** What the target lacks, as far as it is known without a pull. */
  work: ReferrerWork[];
  /** Whether `work` is all; otherwise it is looked for again when the action begins. */
  isComplete: boolean;
  /** Tags that would have to move and cannot: left out. */
  stuckTags: string[];
  /** As that of the image. */
  order: number;
  /** Pulls this may cost at a source with an allowance, 0 elsewhere; null where that is only known at apply. */
  pullsAtMost: number | null;
}

/** A repository of a target, by the target's name. */
export interface HeldAt {
  target: string;
  repository: string;
  /** Where it has not the source's index, but the one that was made of it with the same platforms: that one's digest. */
  digest?: Digest;
}

/** What is known of an image before it is read. `bytes` is the sum of its compressed sizes. */
export interface ImageContent {
  platforms: number;
  bytes: number;
}

/** An action on a repository itself. */
export type RepositoryAction = CreateRepository | AdoptRepository | ChangeSetting;

export type Action = RepositoryAction | CopyImage | CopyReferrers | DeleteTag;
