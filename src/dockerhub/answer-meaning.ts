import type { TrackedAnswer } from "../registry/registry-options.ts";
import { readPullLimit, readLimitClaim, readWhose } from "./pull-limit-headers.ts";
import type { Answer } from "./pull-budget.ts";

/**
 * What an answer of Docker Hub says of the allowance. A 401 and a 5xx say nothing; a good answer about a manifest that
 * names no limit says that there is none. Headers of a limit that cannot be read are no such answer: what was known
 * before stays.
 * @param answer undefined where none came
 */
export function answerMeaning(answer: TrackedAnswer | undefined, isManifest: boolean): Answer {
  if (answer === undefined || !isManifest) return { kind: "silent" };
  if (answer.status === 401) return { kind: "not-counted" };
  const reading = readPullLimit(answer.headers);
  if (reading !== undefined) return { kind: "reading", reading };
  if (answer.isPullLimit) return { kind: "refused" };
  const claim = readLimitClaim(answer.headers);
  const isServed = answer.status < 300;
  if (claim !== undefined) return { kind: "unread", claim, isServed };
  return isServed ? { kind: "unlimited", source: readWhose(answer.headers) } : { kind: "silent" };
}
