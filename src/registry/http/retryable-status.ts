/** Answers that may be better a moment later. */
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504]);

/** Whether a request that was answered with this status may be sent again. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.has(status);
}
