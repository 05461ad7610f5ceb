import type { Report } from "../../apply/report.ts";
import type { PullLimitReading, NoReading } from "../../events.ts";
import type { Plan } from "../../plan/plan.ts";

/** The output of `apply --json` and `apply --report`. */
export interface ReportDocument extends Report {
  /** The plan that was applied. */
  plan: Plan;
  /** One item for each source with a pull limit. */
  pulls: PullsSpent[];
  /** Duration from the first action to the last. */
  milliseconds: number;
}

/** The pulls that an apply used at one source. */
export interface PullsSpent {
  registry: string;
  spent: number;
  reading: PullLimitReading | undefined;
  /** Why there is no reading. */
  noReading?: NoReading;
}
