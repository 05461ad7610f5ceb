import type { DroppedBy } from "../desired/tags/select-tags.ts";
import type { ErrorReport } from "../errors.ts";
import type { PullLimitReading, NoReading } from "../events.ts";
import type { Digest } from "../oci/digest.ts";
import type { AccountNote } from "./repositories/account-note.ts";
import type { Action } from "./action.ts";
import type { RepositoryRow } from "./repositories/repository-row.ts";

/** Raised by one in the minor part for additions (readers ignore what they do not know), in the major part otherwise. */
export const PLAN_FORMAT_VERSION = "1.0";

/** What a plan says of one repository or tag. Rows of unchanged images are kept for the report and never rendered. */
export type Row =
  | { kind: "action"; action: Action }
  /** Cannot be done as declared. `have` is what the tag holds. */
  | (TagRow & BlockedImage)
  | PlatformMissingRow
  | LockBlockedRow
  /** The source or the target could not be read, or serves what cannot be mirrored. */
  | (TagRow & { kind: "failed"; reason: "unresolved" | "referrers-unread" | "moved-since-plan"; error: ErrorReport })
  /** The source would not say (allowance spent), and the target holds the tag. */
  | (TagRow & { kind: "kept"; reason: "not-checked" | "referrers-not-checked"; have: Digest; error: ErrorReport })
  /** `madeOf`: the source's index that the tag's was made of, where platforms are chosen. */
  | (TagRow & Unchecked & { kind: "unchanged"; reason: "same-digest" | "already-there"; have: Digest; madeOf?: Digest })
  /** Signatures and the like that the target refused to store in an earlier run: not tried again. */
  | (TagRow & { kind: "left-out"; reason: "referrers-refused"; refused: Digest[] })
  | HeldByLockRow
  /** The image is in ECR's archive: it cannot be pulled, and pushing it would restore it. */
  | (TagRow & { kind: "archived"; reason: "image-archived"; have: Digest })
  /**
   * More tags of one repository than are deleted at once without a word, or all that entries which choose nothing could have
   * made: none of them is deleted. `of` is how many it has.
   */
  | (DeletionRow & {
      kind: "blocked-deletions";
      reason: "too-many" | "nothing-declared";
      of: number;
      error: ErrorReport;
    })
  /**
   * Tags of a repository of this file's that nothing declares, and that stay. `no-prune`: no entry of the repository
   * prunes. `narrowed`, `unresolved`: not all that it declares was looked at, or could be read. `not-made-here`: no entry that prunes
   * could have made them. `nothing-declared`: nothing is declared in the repository any more; then there may be no tags.
   * `backup`: the old image of a replaced tag.
   */
  | (DeletionRow & {
      kind: "undeclared-tags";
      reason: "no-prune" | "narrowed" | "unresolved" | "not-made-here" | "nothing-declared" | "backup";
    })
  /** The tags of a repository of this file's could not be listed; `unresolved` where that was needed for pruning. */
  | {
      kind: "unlisted-tags";
      reason: "no-prune" | "unresolved" | "nothing-declared";
      target: string;
      repository: string;
      error: ErrorReport;
    }
  | RepositoryRow;

interface BlockedImage {
  kind: "blocked";
  reason: "tag-immutable" | "referrer-tag-immutable";
  have: Digest;
  /** As it is at the source; with `platforms` an index that is made of it would be there. */
  want: Digest;
  platforms?: readonly string[];
  error: ErrorReport;
}

/** The tag holds the image that is declared, which is in no index and has another platform than the chosen. */
export type PlatformMissingRow = TagRow & {
  kind: "blocked";
  reason: "platform-missing";
  have: Digest;
  error: ErrorReport;
};

interface Unchecked {
  /** Why an image that is in no index could not be held against the list of platforms. */
  unchecked?: ErrorReport;
}

/** There is a lock, and it does not say which digest may be copied. */
export type LockBlockedRow = TagRow & {
  kind: "blocked";
  reason: "not-locked" | "lock-contradicts-pin";
  have: Digest | undefined;
  error: ErrorReport;
};

/** As the lock has it, and so unchanged; its tag is at another digest upstream, which is not copied. */
export type HeldByLockRow = TagRow &
  Unchecked & {
    kind: "held-by-lock";
    reason: "moved-upstream";
    have: Digest;
    /** As it is at the source; with `platforms` the tag holds an index that was made of it. */
    locked: Digest;
    upstream: Digest;
  };

interface DeletionRow {
  target: string;
  repository: string;
  tags: string[];
}

export interface TagRow {
  target: string;
  repository: string;
  tag: string;
  /** The source as a full reference, as it was declared: with tag, digest or both. */
  source: string;
  order: number;
}

/** One target's part of a plan; with `error` it could not be read at all, and has no rows. */
export interface TargetPlan {
  name: string;
  /** Host, with the prefix where there is one; the target's name where it could not be opened. */
  registry: string;
  rows: Row[];
  /** About the account, where that bears on the rows. */
  notes?: AccountNote[];
  error?: ErrorReport;
}

/** What one rule of the mirror file came to. */
export interface RulePlan {
  /** In the mirror file. */
  line: number;
  /** The full name, without a tag: `docker.io/library/node`. */
  image: string;
  /** Tags that the source has; missing where it did not list them. */
  listed?: number;
  /** Tags that the rule chose. */
  kept?: number;
  /** Why some of them, or all, are missing from the plan. */
  errors: ErrorReport[];
  /** Each tag, the chosen ones first, the newest of them at the top; only where an explanation is asked for. */
  tags?: { name: string; droppedBy: DroppedBy | null }[];
}

/** Counts of rows. `failed` counts what could not be read, targets and rules included. */
export interface Totals {
  create: number;
  change: number;
  delete: number;
  blocked: number;
  failed: number;
  /** Could not be checked, as the allowance of its source is spent, and is left as it is. */
  kept: number;
  /** Those included that are held by the lock. */
  unchanged: number;
  /** Moved upstream, and held by the lock. */
  heldByLock: number;
}

/** The lock that a plan was made with: its digests, and no others, are copied. */
export interface PlanLock {
  /** As derived from the path of the mirror file. */
  path: string;
  /** Images whose tag could not be looked up, so that it is not known whether they moved upstream. Nothing depends on it. */
  unasked: { source: string; error: ErrorReport }[];
}

/** What a plan costs at one source with an allowance. */
export interface Cost {
  registry: string;
  /** Never exceeded; null where it is only known at apply what some referrers cost, as a list or an index is to be read first. */
  pullsAtMost: number | null;
  /** As `pullsAtMost`, without those referrers. */
  pullsForeseen: number;
  reading: PullLimitReading | undefined;
  /** Where there is no reading: why. */
  noReading?: NoReading;
  /** Pulls that are always left for others. */
  reserve: number;
  /** Credentials are configured for the source, and it took us for nobody: the allowance is that of the address. */
  credentialsUnused: boolean;
}

/** What a plan was made of: sha256 in hexadecimal digits. A saved plan is applied only where these are the same. */
export interface PlanInputs {
  mirrorFile: string;
  /** Null where there is no lock. */
  lock: string | null;
  /** Of the policies that the mirror file names. */
  policies: string;
}

/** Plain data: what `apply` carries out and what every renderer shows. The same input gives the same plan. */
export interface Plan {
  formatVersion: typeof PLAN_FORMAT_VERSION;
  /** Path of the mirror file, as given. */
  file: string;
  /** Name of the mirror file: the mark of what it owns. */
  name: string;
  inputs: PlanInputs;
  /** What `--target` and `--only` were given. */
  narrowing: { targets: string[]; only: string[] };
  /** The options that narrowed the plan, such as `--only 'node*'`; empty when everything was looked at. */
  narrowedBy: string[];
  /** Missing where there is no lock. */
  lock?: PlanLock;
  /** In the order of the mirror file. */
  rules: RulePlan[];
  targets: TargetPlan[];
  totals: Totals;
  costs: Cost[];
  /** Where a saved plan is applied: changes that are due by now and are not in it. They are left for the next plan. */
  notPlanned?: number;
  /** False when something could not be read: rows are missing that another run may show. */
  complete: boolean;
}

/** Every action of a plan, target by target, in the order of its rows. */
export function actionsOf(plan: Plan): Action[] {
  return plan.targets.flatMap((target) => target.rows.flatMap((row) => (row.kind === "action" ? [row.action] : [])));
}
