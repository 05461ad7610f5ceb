import type { PullLimitReading } from "../events.ts";

/** What a response reveals about the pull limit. */
export type LimitInfo =
  | { kind: "reading"; reading: PullLimitReading }
  /** The headers name a limit, but not the remaining pulls. `isServed`: the response refuses nothing. */
  | { kind: "unread"; claim: PartialLimit; isServed: boolean }
  /** A successful response about a manifest that names no limit. There is none, unless another response names one. */
  | { kind: "unlimited"; source?: string | undefined }
  /** The pull limit is reached. */
  | { kind: "refused" }
  /** The request was not authorized, and so not counted. */
  | { kind: "not-counted" }
  /** An error, or no response: reveals nothing. */
  | { kind: "silent" };

/** A limit without the remaining pulls. */
export interface PartialLimit {
  limit: number | undefined;
  windowSeconds: number | undefined;
  source: string | undefined;
}

/** A response that reveals whether there is a limit. */
export type ReportedLimit = Extract<LimitInfo, { kind: "reading" | "unread" | "unlimited" }>;

/** What a pull limit applies to, an address or an account, where the response names it. */
export function limitSourceOf(reported: ReportedLimit): { source?: string | undefined } {
  if (reported.kind === "reading") return reported.reading;
  return reported.kind === "unread" ? reported.claim : reported;
}
