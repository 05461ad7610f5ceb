import { isAnonymous } from "../../dockerhub/pull-limit-headers.ts";
import type { PullLimitReading, NoReading } from "../../events.ts";
import type { Cost } from "../../plan/plan.ts";
import { plainText } from "../../plain-text.ts";
import { formatWindow, plural } from "./text/units.ts";

/**
 * Renders the pulls of a plan:
 * `Docker Hub: at most 8 pulls; 87 of 100 pulls remaining in the 1-hour window (anonymous, 203.0.113.7), 20 reserved.`
 * Adds how many windows the pulls take if one is not enough.
 */
export function renderCost(cost: Cost): string {
  const reserved = cost.reserve > 0 && cost.reading !== undefined ? `, ${cost.reserve} reserved` : "";
  const windows = windowsNeeded(cost);
  const longer = windows > 1 ? ` This takes about ${windows} windows.` : "";
  const unused = cost.credentialsUnused
    ? "\nWARNING: Docker Hub credentials are configured but were NOT used: the pull limit is that of this address."
    : "";
  return `Docker Hub: ${pullsText(cost)}; ${renderKnown(cost)}${reserved}.${longer}${unused}`;
}

/** Claims an upper bound only if there is one. */
function pullsText({ pullsAtMost, pullsForeseen }: Cost): string {
  if (pullsAtMost === 0) return "no pulls";
  if (pullsAtMost !== null) return `at most ${plural(pullsAtMost, "pull")}`;
  const foreseen = pullsForeseen === 0 ? "pulls" : `up to ${plural(pullsForeseen, "pull")}, and more`;
  return `${foreseen} for referrers that only apply can find`;
}

/** Returns the number of windows that a plan takes: the current one, and full ones for the rest. */
function windowsNeeded({ pullsForeseen, reading, reserve }: Cost): number {
  if (reading === undefined) return 1;
  const rest = pullsForeseen - Math.max(0, reading.remaining - reserve);
  // An unknown limit is at least the remaining pulls.
  const each = (reading.limit ?? reading.remaining) - reserve;
  return rest <= 0 ? 1 : 1 + (each > 0 ? Math.ceil(rest / each) : 1);
}

/** Renders the remaining pulls, or why they are unknown. */
export function renderKnown({ reading, noReading = "not-told" }: Pick<Cost, "reading" | "noReading">): string {
  return reading === undefined ? NO_READING[noReading] : renderReading(reading);
}

const NO_READING: Readonly<Record<NoReading, string>> = {
  "not-told": "remaining pulls unknown",
  "no-limit-named": "no pull limit reported",
  spent: "no pulls remaining",
};

function renderReading(reading: PullLimitReading): string {
  return `${renderLeft(reading)}${renderWhose(reading)}`;
}

/** Renders `90 of 100 pulls remaining in the 1-hour window`. */
export function renderLeft({ limit, remaining, windowSeconds }: PullLimitReading): string {
  const window = windowSeconds === undefined ? "" : ` in the ${formatWindow(windowSeconds)} window`;
  const pulls = limit === undefined ? plural(remaining, "pull") : `${remaining} of ${plural(limit, "pull")}`;
  return `${pulls} remaining${window}`;
}

/**
 * Renders the owner of a pull limit in parentheses; nothing if it is unknown.
 * @param account name of the account. Plans and reports omit it because more people read them
 */
export function renderWhose({ source }: { source?: string | undefined }, account?: string): string {
  if (source === undefined) return "";
  if (isAnonymous({ source })) return ` (anonymous, ${source})`;
  return account === undefined ? " (signed in)" : ` (signed in as ${plainText(account)})`;
}
