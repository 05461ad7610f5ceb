import type { Plan } from "../../../plan/plan.ts";

/** What {@link responseError} appends to the status: the words of the response. */
const WORDS = /( answered \d{3}): .*$/s;

/**
 * Returns a plan whose errors do not quote responses. A pull request chooses the hosts that a plan asks, so that a comment
 * on it could show what an internal service answers. The log of the job quotes them.
 */
export function withoutAnswers(plan: Plan): Plan {
  return withoutWords(plan) as Plan;
}

/** Copies only what changes, because a plan can have 100,000 rows. */
function withoutWords(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(withoutWords);
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  const entries = Object.entries(value).map(([key, each]): [string, unknown, boolean] => {
    const read = key === "message" && typeof each === "string" ? each.replace(WORDS, "$1") : withoutWords(each);
    return [key, read, read !== each];
  });
  return entries.some(([, , isChanged]) => isChanged)
    ? Object.fromEntries(entries.map(([key, each]) => [key, each]))
    : value;
}
