import { isIP } from "node:net";
import type { AllowanceReading } from "../events.ts";
import { header, type Headers } from "../registry/headers.ts";

/**
 * Reads Docker Hub's pull allowance from an answer to a manifest request, HEAD or GET, 200 or 429:
 * `ratelimit-limit: 100;w=3600` and `ratelimit-remaining: 76;w=3600`, in some answers with `x-` before.
 * Undefined where it cannot be told how much is left: {@link namesAllowance} says whether there is a limit all the same.
 * Docker docs, "Docker Hub pull usage and limits".
 */
export function readAllowance(headers: Headers): AllowanceReading | undefined {
  const limit = readQuota(find(headers, LIMIT));
  const remaining = readQuota(find(headers, REMAINING));
  if (remaining === undefined) return undefined;
  return {
    limit: limit?.count,
    remaining: remaining.count,
    windowSeconds: remaining.windowSeconds ?? limit?.windowSeconds,
    source: readSource(header(headers, "docker-ratelimit-source")),
  };
}

/** Whether an answer says anything of a limit, readable or not. Where none does, the image, the address or the account has none. */
export function namesAllowance(headers: Headers): boolean {
  return [LIMIT, REMAINING].some((name) => find(headers, name) !== undefined);
}

const LIMIT = "ratelimit-limit";
const REMAINING = "ratelimit-remaining";

/** Whether the allowance is an address's: then no account was used. */
export function isAnonymous(reading: AllowanceReading): boolean {
  const address = (reading.source ?? "").replace(/\/\d{1,3}$/, "");
  return isIP(address) !== 0;
}

/** The reading without an account's name: what is printed ends in logs, summaries and comments that others read. */
export function withoutAccount(reading: AllowanceReading): AllowanceReading {
  return reading.source === undefined || isAnonymous(reading) ? reading : { ...reading, source: ACCOUNT };
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
