import { isIP } from "node:net";
import type { PullLimitReading } from "../events.ts";
import { header, type Headers } from "../registry/http/headers.ts";

/**
 * Reads Docker Hub's pull allowance from an answer to a manifest request, HEAD or GET, 200 or 429:
 * `ratelimit-limit: 100;w=3600` and `ratelimit-remaining: 76;w=3600`, in some answers with `x-` before.
 * Undefined where it cannot be told how much is left: {@link readLimitClaim} says whether there is a limit all the same.
 * Docker docs, "Docker Hub pull usage and limits".
 */
export function readPullLimit(headers: Headers): PullLimitReading | undefined {
  const limit = readQuota(find(headers, LIMIT));
  const remaining = readQuota(find(headers, REMAINING));
  if (remaining === undefined) return undefined;
  return {
    limit: limit?.count,
    remaining: remaining.count,
    windowSeconds: remaining.windowSeconds ?? limit?.windowSeconds,
    source: readWhose(headers),
  };
}

/** What an answer says beside how much is left. */
export interface LimitClaim {
  limit: number | undefined;
  windowSeconds: number | undefined;
  source: string | undefined;
}

/**
 * What can be read of an answer that does not tell how much is left. Undefined where it says nothing of a limit, readable
 * or not: then the image, the address or the account has none.
 */
export function readLimitClaim(headers: Headers): LimitClaim | undefined {
  if ([LIMIT, REMAINING].every((name) => find(headers, name) === undefined)) return undefined;
  const limit = readQuota(find(headers, LIMIT));
  return { limit: limit?.count, windowSeconds: limit?.windowSeconds, source: readWhose(headers) };
}

/** Whose the allowance is: an address, or {@link ACCOUNT}. It is told with a limit and without one. */
export function readWhose(headers: Headers): string | undefined {
  const source = readSource(header(headers, "docker-ratelimit-source"));
  // What is printed ends in logs, summaries and comments that others read.
  return source === undefined || isAnonymous({ source }) ? source : ACCOUNT;
}

const LIMIT = "ratelimit-limit";
const REMAINING = "ratelimit-remaining";

/** Whether the allowance is an address's: then no account was used. */
export function isAnonymous({ source = "" }: { source?: string | undefined }): boolean {
  return isIP(source.replace(/\/\d{1,3}$/, "")) !== 0;
}

/** Stands for the name of an account, whichever it is. */
export const ACCOUNT = "account";

interface Quota {
  count: number;
  windowSeconds: number | undefined;
}

/** `100`, `100;w=21600`, or the first of a list. */
function readQuota(text: string | undefined): Quota | undefined {
  const [first = ""] = (text ?? "").split(",", 1);
  const [count = "", ...parameters] = first.split(";").map((part) => part.trim());
  if (!/^\d{1,9}$/.test(count)) return undefined;
  const window = parameters.map((parameter) => /^w\s*=\s*"?(\d{1,9})"?$/i.exec(parameter)?.[1]).find(Boolean);
  return { count: Number(count), windowSeconds: window === undefined ? undefined : Number(window) };
}

/** An address or an account; it is shown to people, so it is kept to what both may hold. */
function readSource(text: string | undefined): string | undefined {
  const source = text?.trim() ?? "";
  return /^[\w.:/@-]{1,128}$/.test(source) ? source : undefined;
}

function find(headers: Headers, name: string): string | undefined {
  return header(headers, name) ?? header(headers, `x-${name}`);
}
