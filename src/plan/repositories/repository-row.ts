import type { Encryption } from "../../repository/settings.ts";

/** What a plan states about a repository in addition to its actions. */
export type RepositoryRow = ForeignRepositoryRow | BlockedAdoptionRow | BlockedEncryptionRow | LifecycleWarningRow;

/** The keys of every row that is about a repository. */
interface RepositoryPlace {
  /** Name of the target in the mirror file. */
  target: string;
  /** Repository at the target, without the target's prefix. */
  repository: string;
}

/** The repository is not owned by this mirror file: images are copied into it, and its settings stay as they are. */
export interface ForeignRepositoryRow extends RepositoryPlace {
  kind: "foreign-repository";
  reason: "not-owned";
  /** Name of the mirror file that owns it; undefined if it has no ownership tag. */
  owner: string | undefined;
}

/** The repository is to be adopted, and another mirror file owns it. Its settings stay as they are. */
export interface BlockedAdoptionRow extends RepositoryPlace {
  kind: "blocked-adoption";
  reason: "owned-by-another";
  /** Name of the mirror file that owns it. */
  owner: string;
}

/** The encryption differs, and ECR cannot change it. */
export interface BlockedEncryptionRow extends RepositoryPlace {
  kind: "blocked-encryption";
  reason: "encryption-immutable";
  /** The encryption of the repository. */
  have: Encryption;
  /** The encryption in the mirror file. */
  want: Encryption;
}

/** A rule of the declared lifecycle policy removes declared tags, or may. */
export interface LifecycleWarningRow extends RepositoryPlace {
  kind: "lifecycle-warning";
  reason: "lifecycle-reaches-declared";
  rule: LifecycleReach;
}

/** What a lifecycle rule does to declared tags. */
export interface LifecycleReach {
  /** The rule's `rulePriority`. */
  priority: number;
  /** `transition` archives the image: it stays, and cannot be pulled. */
  action: "expire" | "transition";
  /** Sorted. If the rule counts images, the oldest of these are affected. */
  tags: string[];
  /** Number of images that the rule keeps; undefined if it counts days. */
  keeps: number | undefined;
  /**
   * Number of images that the declared tags are for a rule that also counts untagged images: an index is one, and so is
   * each manifest it names. Present only if the rule keeps at least as many images as there are declared tags, so that
   * it may remove a tag or not. The two numbers differ if not every index was read.
   */
  counted?: { atLeast: number; atMost: number };
  /** Days since the push; undefined if the rule counts images. */
  days: number | undefined;
}
