import { isAnonymous } from "../../dockerhub/allowance.ts";
import type { AllowanceReading } from "../../events.ts";
import type { Cost } from "../../plan/plan.ts";
import { formatWindow, plural } from "./units.ts";

/** `Docker Hub: at most 8 pulls; 87 of 100 left in a window of 1 h (anonymous, 203.0.113.7).` */
export function renderCost(cost: Cost): string {
  const pulls = cost.pullsAtMost === 0 ? "no pull" : `at most ${plural(cost.pullsAtMost, "pull")}`;
  return `Docker Hub: ${pulls}; ${renderReading(cost.reading)}.`;
}

/** What is left of an allowance, in words; a missing reading means that nothing was said, not that nothing is left. */
export function renderReading(reading: AllowanceReading | undefined): string {
  if (reading === undefined) return "no limit was named";
  const { limit, remaining, windowSeconds } = reading;
  const window = windowSeconds === undefined ? "" : ` in a window of ${formatWindow(windowSeconds)}`;
  return `${remaining} of ${limit} left${window}${renderWhose(reading)}`;
}

/** An account is not named: plans and reports are read by more people than know it. */
function renderWhose(reading: AllowanceReading): string {
  if (reading.source === undefined) return "";
  return isAnonymous(reading) ? ` (anonymous, ${reading.source})` : " (signed in)";
}
