/** Statuses after which a retry may succeed. */
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504]);

/** Whether a request may be retried after this status. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.has(status);
}

/** Statuses of an outage. A 503 asks for a pause, and is handled as one. */
const OUTAGES = new Set([500, 502, 504]);

/** Whether a status shows that the server cannot answer, no matter what the request asks for, unless it is about one image. */
export function isOutage(status: number): boolean {
  return OUTAGES.has(status);
}

/** Whether a status does not show that the server works. */
export function isServerFailure(status: number): boolean {
  return isOutage(status) || status === 503;
}
