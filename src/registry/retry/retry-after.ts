import { header, type Headers } from "../http/headers.ts";
import { RETRY_AFTER_EPOCH_SECONDS } from "../limits.ts";

/**
 * Reads how long a response asks to wait, in milliseconds, not capped. Undefined if the header is missing or invalid.
 * Accepts seconds (RFC 9110, 10.2.3) with fractions, an HTTP date, seconds since 1970 (hub.docker.com:
 * docker/hub-feedback#2459) and Go durations ("12.5ms", seen from ghcr.io; "1m30s").
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = header(headers, "retry-after")?.trim();
  if (text === undefined || text === "") return undefined;
  const number = /^\d{1,15}(?:\.\d{1,15})?$/.exec(text);
  if (number !== null) return fromNumber(Number(number[0]), now);
  if (DURATION.test(text)) return fromDuration(text);
  // An HTTP date starts with the name of a day. Date.parse accepts other formats too.
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const UNIT_MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A Go duration: at most four units, the largest first. */
const DURATION = /^(?:\d{1,15}(?:\.\d{1,15})?(?:ms|s|m|h)){1,4}$/;

function fromDuration(text: string): number {
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, value, unit = ""]) => sum + Number(value) * (UNIT_MILLISECONDS[unit] ?? 0), 0);
}

function fromNumber(value: number, now: number): number {
  return value > RETRY_AFTER_EPOCH_SECONDS ? Math.max(0, value * 1000 - now) : value * 1000;
}
