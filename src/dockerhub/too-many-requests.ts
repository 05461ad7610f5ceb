import { withoutTokens } from "../plain-text.ts";
import type { Headers } from "../registry/http/headers.ts";
import { readPullLimit } from "./pull-limit-headers.ts";

interface Refusal {
  status: number;
  headers: Headers;
  /** Empty where HEAD was answered. */
  body: string;
}

/** Docker's words, of 2020 and of 2026, and the page that they link to. */
const PULL_LIMIT = /pull rate limit|increase-rate-limit/i;

/**
 * Whether a 429 of Docker Hub says that the pull allowance is spent, so that only the end of its window helps.
 * Otherwise it is the limit on requests of any kind, a bare "Too Many Requests" (HAP429), or the lock after failed
 * logins: those pass in minutes. An answer to HEAD has no words; then the headers tell, as they do for a bare TOOMANYREQUESTS.
 * Docker docs, "Docker Hub usage and limits"; docker/hub-feedback#1907.
 */
export function isPullLimit(response: Refusal): boolean {
  if (response.status !== 429) return false;
  if (PULL_LIMIT.test(response.body)) return true;
  const isWordless = response.body.trim() === "" || /"toomanyrequests"/i.test(response.body);
  return isWordless && readPullLimit(response.headers)?.remaining === 0;
}

/** Takes the account's name and tokens out of Docker Hub's text about the pull limit. */
export function redactPullLimit(text: string): string {
  return withoutTokens(text.replace(/(pull rate limit as )(?:'[^']*'|"[^"]*"|[^\s:]+)/gi, "$1[account]"));
}
