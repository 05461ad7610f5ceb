import type { Report } from "../../apply/report.ts";
import type { PullLimitReading, NoReading } from "../../events.ts";
import type { Plan } from "../../plan/plan.ts";

/** The document that `apply --json` prints and `apply --report` writes. */
export interface ReportDocument extends Report {
  /** The plan that was applied. */
  plan: Plan;
  /** One entry per source with a pull limit. */
  pulls: PullsSpent[];
  /** Duration of all actions. */
  milliseconds: number;
}

/** The pulls that an apply used at one source. */
export interface PullsSpent {
  registry: string;
  spent: number;
  reading: PullLimitReading | undefined;
  /** The reason for a missing reading. */
  noReading?: NoReading;
}
