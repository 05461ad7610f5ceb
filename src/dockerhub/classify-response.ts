import type { TrackedAnswer } from "../registry/registry-options.ts";
import type { LimitInfo } from "./limit-info.ts";
import { readLimitSource, readPartialLimit, readPullLimit } from "./pull-limit-headers.ts";

/**
 * Classifies a response of Docker Hub by what it reveals about the pull limit. A 5xx reveals nothing, and a 401 was not
 * counted. A successful response about a manifest without limit headers means that there is no limit; one with headers
 * that cannot be read does not.
 * @param answer undefined where there was no response
 */
export function classifyResponse(answer: TrackedAnswer | undefined, isManifest: boolean): LimitInfo {
  if (answer === undefined || !isManifest) return { kind: "silent" };
  if (answer.status === 401) return { kind: "not-counted" };
  const reading = readPullLimit(answer.headers);
  if (reading !== undefined) return { kind: "reading", reading };
  if (answer.isPullLimit) return { kind: "refused" };
  const claim = readPartialLimit(answer.headers);
  const isServed = answer.status < 300;
  if (claim !== undefined) return { kind: "unread", claim, isServed };
  return isServed ? { kind: "unlimited", source: readLimitSource(answer.headers) } : { kind: "silent" };
}
