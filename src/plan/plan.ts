import type { DroppedBy } from "../desired/tags/select-tags.ts";
import type { ErrorReport } from "../errors.ts";
import type { PullLimitReading, NoReading } from "../events.ts";
import type { AccountNote } from "./repositories/account-note.ts";
import type { Action } from "./action.ts";
import type { Row } from "./rows/row.ts";

/** The minor part rises for additions, which readers ignore; the major part rises for every other change. */
export const PLAN_FORMAT_VERSION = "2.1";

/** The part of a plan for one target. */
export interface TargetPlan {
  /** Name of the target in the mirror file. */
  name: string;
  /** Host, with the prefix if there is one; the target's name if it could not be opened. */
  registry: string;
  rows: Row[];
  /** About the account, if it affects the rows. */
  notes?: AccountNote[];
  /** Why the target could not be read. Then there are no rows. */
  error?: ErrorReport;
}

/** The result of one tag rule of the mirror file. */
export interface RulePlan {
  /** Line in the mirror file. */
  line: number;
  /** Full name without a tag: `docker.io/library/node`. */
  image: string;
  /** Number of tags at the source; missing if they could not be listed. */
  listed?: number;
  /** Number of tags that the rule selects. */
  kept?: number;
  /** Why some or all of its tags are missing from the plan. PULL_LIMIT: they are postponed. */
  errors: ErrorReport[];
  /** Every tag with the condition that dropped it: selected tags first, the newest at the top. Only with `--explain`. */
  tags?: { name: string; droppedBy: DroppedBy | null }[];
}

/** Numbers of rows. */
export interface Totals {
  create: number;
  change: number;
  delete: number;
  blocked: number;
  /** Could not be read, or has changed since the saved plan. Includes targets and tag rules. */
  failed: number;
  /** Not checked because the pull limit of the source is reached. They stay as they are. */
  kept: number;
  /** Could not be resolved because the pull limit of the source is reached. A later run copies them. Includes tag rules. */
  postponed: number;
  /** Includes `heldByLock`. */
  unchanged: number;
  /** Moved at the source, and stay at the locked digest. */
  heldByLock: number;
}

/** The lock file that a plan was made with. Only its digests are copied. */
export interface PlanLock {
  /** Derived from the path of the mirror file. */
  path: string;
  /** Images with a source tag that could not be looked up. They may have moved; no action depends on it. */
  unasked: { source: string; error: ErrorReport }[];
}

/** The pulls of a plan at one source with a pull limit. */
export interface Cost {
  registry: string;
  /** Upper bound; null if the pulls of some referrers are only known after a list or an index has been read. */
  pullsAtMost: number | null;
  /** Upper bound without those referrers. */
  pullsForeseen: number;
  /** The remaining pulls, if they are known. */
  reading: PullLimitReading | undefined;
  /** Why they are not known. */
  noReading?: NoReading;
  /** Pulls that mirrorform leaves to other users of the pull limit. */
  reserve: number;
  /** Credentials are configured for the source, and it counts the pulls as anonymous: the pull limit is that of the address. */
  credentialsUnused: boolean;
}

/** SHA-256 hashes, in hexadecimal digits, of what a plan was made from. A saved plan is refused if they differ. */
export interface PlanInputs {
  mirrorFile: string;
  /** Null if there is no lock file. */
  lock: string | null;
  /** Hash of the policies in the mirror file. */
  policies: string;
}

/** What `apply` carries out and every renderer shows. Plain data: the same input gives the same plan. */
export interface Plan {
  formatVersion: typeof PLAN_FORMAT_VERSION;
  /** Path of the mirror file, as given on the command line. */
  file: string;
  /** Name of the mirror file: the value of the ownership tag. */
  name: string;
  inputs: PlanInputs;
  /** The values of `--target` and `--only`. */
  narrowing: { targets: string[]; only: string[] };
  /** The options that narrowed the plan, such as `--only 'node*'`; empty if the plan covers everything. */
  narrowedBy: string[];
  /** Missing if there is no lock file. */
  lock?: PlanLock;
  /** In the order of the mirror file. */
  rules: RulePlan[];
  targets: TargetPlan[];
  totals: Totals;
  costs: Cost[];
  /** If a saved plan is applied: number of changes that it does not contain. They wait for the next plan. */
  notPlanned?: number;
  /** False if something could not be read: rows may be missing. What is postponed at a pull limit does not count. */
  complete: boolean;
}

/** Returns the actions of a plan in the order of its targets and rows. */
export function actionsOf(plan: Plan): Action[] {
  return plan.targets.flatMap((target) => target.rows.flatMap((row) => (row.kind === "action" ? [row.action] : [])));
}
