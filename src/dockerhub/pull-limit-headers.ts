import { isIP } from "node:net";
import type { PullLimitReading } from "../events.ts";
import { header, type Headers } from "../registry/http/headers.ts";
import type { PartialLimit } from "./limit-info.ts";

/**
 * Reads Docker Hub's pull limit from the response to a manifest request, HEAD or GET, 200 or 429:
 * `ratelimit-limit: 100;w=3600` and `ratelimit-remaining: 76;w=3600`, in some responses with the prefix `x-`.
 * See Docker docs, "Docker Hub pull usage and limits".
 * @returns undefined without the remaining pulls; {@link readPartialLimit} shows whether there is a limit
 */
export function readPullLimit(headers: Headers): PullLimitReading | undefined {
  const limit = readQuota(find(headers, LIMIT));
  const remaining = readQuota(find(headers, REMAINING));
  if (remaining === undefined) return undefined;
  return {
    limit: limit?.count,
    remaining: remaining.count,
    windowSeconds: remaining.windowSeconds ?? limit?.windowSeconds,
    source: readLimitSource(headers),
  };
}

/** Reads the limit from a response without the remaining pulls. Undefined where it has no limit headers at all. */
export function readPartialLimit(headers: Headers): PartialLimit | undefined {
  if ([LIMIT, REMAINING].every((name) => find(headers, name) === undefined)) return undefined;
  const limit = readQuota(find(headers, LIMIT));
  return { limit: limit?.count, windowSeconds: limit?.windowSeconds, source: readLimitSource(headers) };
}

/** Reads what the limit applies to: an address, or {@link ACCOUNT}. Present with a limit and without one. */
export function readLimitSource(headers: Headers): string | undefined {
  const source = readSource(header(headers, "docker-ratelimit-source"));
  // Output ends up in logs, summaries and comments that other people read, so it does not name the account.
  return source === undefined || isAnonymous({ source }) ? source : ACCOUNT;
}

const LIMIT = "ratelimit-limit";
const REMAINING = "ratelimit-remaining";

/** Whether the limit is that of an address: no account was used. */
export function isAnonymous({ source = "" }: { source?: string | undefined }): boolean {
  return isIP(source.replace(/\/\d{1,3}$/, "")) !== 0;
}

/** Stands for the name of any account. */
export const ACCOUNT = "account";

interface Quota {
  count: number;
  windowSeconds: number | undefined;
}

/** Parses `100`, `100;w=21600`, or the first item of a list. */
function readQuota(text: string | undefined): Quota | undefined {
  const [first = ""] = (text ?? "").split(",", 1);
  const [count = "", ...parameters] = first.split(";").map((part) => part.trim());
  if (!/^\d{1,9}$/.test(count)) return undefined;
  const window = parameters.map((parameter) => /^w\s*=\s*"?(\d{1,9})"?$/i.exec(parameter)?.[1]).find(Boolean);
  return { count: Number(count), windowSeconds: window === undefined ? undefined : Number(window) };
}

/** Limits an address or account, which is printed, to the characters that both may contain. */
function readSource(text: string | undefined): string | undefined {
  const source = text?.trim() ?? "";
  return /^[\w.:/@-]{1,128}$/.test(source) ? source : undefined;
}

function find(headers: Headers, name: string): string | undefined {
  return header(headers, name) ?? header(headers, `x-${name}`);
}
