import type { Encryption } from "../../repository/settings.ts";

/** What a plan says of a repository beside its actions. */
export type RepositoryRow =
  /** A repository without this file's mark: images go into it, its settings are left alone. */
  | (Place & { kind: "foreign-repository"; reason: "not-owned"; owner: string | undefined })
  /** To be adopted, and another mirror file's: its settings are left alone. */
  | (Place & { kind: "blocked-repository"; reason: "owned-by-another"; owner: string })
  /** ECR fixes encryption when a repository is made. */
  | (Place & { kind: "blocked-repository"; reason: "encryption-immutable"; have: Encryption; want: Encryption })
  /** A rule of the declared lifecycle policy is bound to reach declared tags, or may with what their indexes hold. */
  | (Place & { kind: "warning"; reason: "lifecycle-reaches-declared"; rule: LifecycleReach });

interface Place {
  target: string;
  repository: string;
}

/** What a lifecycle rule does to declared tags. */
export interface LifecycleReach {
  priority: number;
  /** `transition` archives: the image stays, and cannot be pulled. */
  action: "expire" | "transition";
  /** Sorted. Of a rule that counts images: those among which the oldest go. */
  tags: string[];
  /** Images that are kept; undefined for a rule that counts days. */
  keeps: number | undefined;
  /**
   * As many images as the declared ones are for a rule that counts untagged ones too: an index is one, and each manifest
   * that it names another. Only where the declared ones alone are no more than are kept, so that the rule may reach a
   * tag, and may not; the two numbers differ where not every index was read.
   */
  counted?: { atLeast: number; atMost: number };
  /** Days since the push; undefined for a rule that counts images. */
  days: number | undefined;
}
