import { withoutTokens } from "../plain-text.ts";
import type { Headers } from "../registry/http/headers.ts";
import { readPullLimit } from "./pull-limit-headers.ts";

interface Refusal {
  status: number;
  headers: Headers;
  /** Empty in response to HEAD. */
  body: string;
}

/** Docker's words of 2020 and of 2026, and the page that they link to. */
const LIMIT_REACHED = /pull rate limit|increase-rate-limit/i;

/** An error of the OCI Distribution API without a message, or with an empty one. */
const BARE_ERROR = /^\s*\{(?![^]*"message"\s*:\s*"[^"])[^]*"toomanyrequests"/i;

/**
 * Whether a 429 of Docker Hub means that the pull limit is reached, which lasts until its window ends. Other causes pass in
 * minutes: the limit on all requests, a bare "Too Many Requests" (HAP429), and the lock after failed sign-ins. Without a
 * message, as in response to HEAD or with a bare TOOMANYREQUESTS, the headers decide.
 * See Docker docs, "Docker Hub usage and limits"; docker/hub-feedback#1907.
 */
export function isPullLimit(response: Refusal): boolean {
  if (response.status !== 429) return false;
  if (LIMIT_REACHED.test(response.body)) return true;
  const hasNoMessage = response.body.trim() === "" || BARE_ERROR.test(response.body);
  return hasNoMessage && readPullLimit(response.headers)?.remaining === 0;
}

/** Removes the account's name and tokens from Docker Hub's message about the pull limit. */
export function redactPullLimit(text: string): string {
  return withoutTokens(text.replace(/(pull rate limit as )(?:'[^']*'|"[^"]*"|[^\s:]+)/gi, "$1[account]"));
}
