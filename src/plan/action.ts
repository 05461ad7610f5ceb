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
  /** `pin-changed`: the mirror file pins another digest than the tag holds. */
  reason: "new-tag" | "tag-moved" | "pin-changed";
  tag: string;
  /** The source as a full reference, as it was declared: `docker.io/library/ruby:2.7.1-slim`, with a digest if pinned. */
  source: string;
  /** What is copied; never the tag. */
  digest: Digest;
  mediaType: string;
  /** What the tag must hold when the action begins: a digest, or null for "absent". Already at `digest` is success. */
  precondition: Digest | null;
  /** Place in the mirror file: priority when not everything can be done. */
  order: number;
  /** Pulls this may cost at a source with an allowance; 0 elsewhere. */
  pullsAtMost: number;
  content: ImageContent | undefined;
  /** Other repositories of the targets that have the digest: read there, it costs no pull. */
  heldAt: HeldAt[];
}

/** A repository of a target, by the target's name. */
export interface HeldAt {
  target: string;
  repository: string;
}

/** What is known of an image before it is read. `bytes` is the sum of its compressed sizes. */
export interface ImageContent {
  platforms: number;
  bytes: number;
}

export type Action = CreateRepository | PutPolicy | CopyImage;
