import type { Response } from "./transport.ts";

/** Statuses whose reason is known without words: too many requests, or a gateway in front of an overloaded registry. */
const SELF_EXPLANATORY = new Set([408, 429, 502, 503, 504]);

/**
 * Whether to ask with GET why a HEAD was refused. A response to HEAD has no body, so its reason is only in the response
 * to GET: Harbor's 412 for an image with vulnerabilities, an expired token at ECR, a suspended account.
 * @param isLast whether the HEAD would not be retried
 */
export function lacksReason(
  method: string,
  { status, text }: Pick<Response, "status" | "text">,
  isLast: boolean,
): boolean {
  if (method !== "HEAD" || status < 400 || text !== "" || SELF_EXPLANATORY.has(status)) return false;
  return status !== 500 || isLast;
}
