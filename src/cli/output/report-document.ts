import type { Report } from "../../apply/report.ts";
import type { PullLimitReading, NoReading } from "../../events.ts";
import type { Plan } from "../../plan/plan.ts";

/** What `apply --json` prints and `apply --report` writes. */
export interface ReportDocument extends Report {
  /** What was to be done. */
  plan: Plan;
  /** By source with an allowance. */
  pulls: PullsSpent[];
  /** From the first action to the last. */
  milliseconds: number;
}

/** What an apply took from one source's allowance. */
export interface PullsSpent {
  registry: string;
  spent: number;
  reading: PullLimitReading | undefined;
  /** Where there is no reading: why. */
  noReading?: NoReading;
}
