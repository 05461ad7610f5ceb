import type { DroppedBy } from "../desired/tags/select-tags.ts";
import type { ErrorReport } from "../errors.ts";
import type { PullLimitReading, NoReading } from "../events.ts";
import type { AccountNote } from "./repositories/account-note.ts";
import type { Action } from "./action.ts";
import type { Row } from "./rows/row.ts";

/** The minor part rises for additions, which readers ignore; the major part rises for every other change. */
export const PLAN_FORMAT_VERSION = "2.0";

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
