import type { Encryption } from "../ecr/settings.ts";

/** What a plan says of a repository beside its actions. */
export type RepositoryRow =
  /** A repository without this file's mark: images go into it, its settings are left alone. */
  | (Place & { kind: "foreign-repository"; reason: "not-owned"; owner: string | undefined })
  /** To be adopted, and another mirror file's: its settings are left alone. */
  | (Place & { kind: "blocked-repository"; reason: "owned-by-another"; owner: string })
  /** ECR fixes encryption when a repository is made. */
  | (Place & { kind: "blocked-repository"; reason: "encryption-immutable"; have: Encryption; want: Encryption })
  /** A rule of the declared lifecycle policy is bound to reach declared tags. */
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
  /** Days since the push; undefined for a rule that counts images. */
  days: number | undefined;
}
