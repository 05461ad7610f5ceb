/** Statuses after which a retry may succeed. */
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504]);

/** Whether a request may be retried after this status. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.has(status);
}
