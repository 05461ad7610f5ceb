import { isAnonymous } from "../../dockerhub/pull-limit-headers.ts";
import type { PullLimitReading, NoReading } from "../../events.ts";
import type { Cost } from "../../plan/plan.ts";
import { plainText } from "../../plain-text.ts";
import { formatWindow, plural } from "./text/units.ts";

/**
 * `Docker Hub: at most 8 pulls; 87 of 100 left in a window of 1 h (anonymous, 203.0.113.7), 20 kept in reserve.`, and how
 * many windows that takes where one is not enough.
 */
export function renderCost(cost: Cost): string {
  const kept = cost.reserve > 0 && cost.reading !== undefined ? `, ${cost.reserve} kept in reserve` : "";
  const windows = windowsNeeded(cost);
  const longer = windows > 1 ? ` That takes about ${windows} windows.` : "";
  const unused = cost.credentialsUnused
    ? "\nWARNING: credentials for Docker Hub are configured, but were NOT used: the allowance is that of this address."
    : "";
  return `Docker Hub: ${pullsText(cost)}; ${renderKnown(cost)}${kept}.${longer}${unused}`;
}

/** Where there is no upper bound, none is claimed. */
function pullsText({ pullsAtMost, pullsForeseen }: Cost): string {
  if (pullsAtMost === 0) return "no pull";
  if (pullsAtMost !== null) return `at most ${plural(pullsAtMost, "pull")}`;
  const foreseen = pullsForeseen === 0 ? "pulls" : `up to ${plural(pullsForeseen, "pull")}, and more`;
  return `${foreseen} for referrers that are only known at apply`;
}

/** How many windows a plan takes: the one that runs, and as many whole ones as the rest needs. */
function windowsNeeded({ pullsForeseen, reading, reserve }: Cost): number {
  if (reading === undefined) return 1;
  const rest = pullsForeseen - Math.max(0, reading.remaining - reserve);
  // A limit that was not named is at least what is left.
  const each = (reading.limit ?? reading.remaining) - reserve;
  return rest <= 0 ? 1 : 1 + (each > 0 ? Math.ceil(rest / each) : 1);
}

/** What is left of an allowance, in words, or why nobody knows. Where it is not said why, nobody was asked. */
export function renderKnown({ reading, noReading = "not-told" }: Pick<Cost, "reading" | "noReading">): string {
  return reading === undefined ? NO_READING[noReading] : renderReading(reading);
}

const NO_READING: Readonly<Record<NoReading, string>> = {
  "not-told": "what is left is not known",
  "no-limit-named": "no limit was named",
  spent: "nothing is left",
};

/** What is left of an allowance, in words. */
function renderReading(reading: PullLimitReading): string {
  return `${renderLeft(reading)}${renderWhose(reading)}`;
}

/** `90 of 100 left in a window of 1 h`. */
export function renderLeft({ limit, remaining, windowSeconds }: PullLimitReading): string {
  const window = windowSeconds === undefined ? "" : ` in a window of ${formatWindow(windowSeconds)}`;
  const all = limit === undefined ? "" : ` of ${limit}`;
  return `${remaining}${all} left${window}`;
}

/**
 * Whose an allowance is, as words to stand behind it; none where nobody said.
 * @param account who signed in. Left out of plans and reports: they are read by more people than know it
 */
export function renderWhose({ source }: { source?: string | undefined }, account?: string): string {
  if (source === undefined) return "";
  if (isAnonymous({ source })) return ` (anonymous, ${source})`;
  return account === undefined ? " (signed in)" : ` (signed in as ${plainText(account)})`;
}
