import type { Digest } from "../oci/digest.ts";
import type { RepositorySettings } from "../ecr/settings.ts";

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

/**
 * ECR's CreateRepository takes no policies, so each is an action of its own: a run killed between the two
 * leaves a repository without its policy, and the next plan holds just that action. Its precondition is that the
 * repository has this file's mark and no such policy.
 */
export interface PutPolicy extends ActionBase {
  kind: "put-lifecycle-policy" | "set-repository-policy";
  reason: "policy-missing";
  json: string;
}

/** One digest to be copied to one tag. */
export interface CopyImage extends ActionBase {
  kind: "copy-image";
  /**
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

export type Action = CreateRepository | PutPolicy | CopyImage;
