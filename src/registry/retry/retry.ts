import type { Clock } from "../../clock.ts";
import { MirrorError } from "../../errors.ts";
import { abortError } from "../http/abort-error.ts";
import { BACKOFF_BASE, BACKOFF_CAP, MAX_ATTEMPTS, RETRY_AFTER_CAP } from "../limits.ts";

/** The outcome of an attempt. */
export type Attempt<T> =
  | { ok: true; value: T }
  /** `retryAfter`: milliseconds that the response asked to wait. */
  | { ok: false; error: MirrorError; retryAfter?: number | undefined };

/** Options of {@link retrying}. */
export interface RetryOptions {
  clock: Clock;
  random: () => number;
  signal?: AbortSignal | undefined;
  /** Most attempts, including the first. Defaults to MAX_ATTEMPTS. */
  attempts?: number;
  /** Most attempts while the last error is TOO_MANY_REQUESTS. Defaults to `attempts`. */
  throttledAttempts?: number;
  /** Called before each wait. */
  onRetry(retry: { attempt: number; delayMilliseconds: number; reason: string }): void;
}

/**
 * Retries an attempt while its error is retryable, with a delay of {@link retryDelay} between attempts. A MirrorError
 * that an attempt throws counts like one that it returns.
 * @throws the last error. After several attempts it is no longer retryable, so that callers do not retry again. With a
 * limit of one attempt it has `retryAfterMilliseconds`, because the caller may retry.
 */
export async function retrying<T>(attempt: () => Promise<Attempt<T>>, options: RetryOptions): Promise<T> {
  const { clock, random, signal, onRetry, attempts = MAX_ATTEMPTS } = options;
  const { throttledAttempts = attempts } = options;
  for (let made = 1; ; made += 1) {
    const outcome = await settled(attempt);
    if (outcome.ok) return outcome.value;
    const { error, retryAfter } = outcome;
    if (!error.retryable) throw error;
    const most = error.code === "TOO_MANY_REQUESTS" ? throttledAttempts : attempts;
    if (made >= most) throw finalError(error, retryAfter, most);
    const delayMilliseconds = retryDelay(made, retryAfter, random);
    onRetry({ attempt: made, delayMilliseconds, reason: error.code });
    await sleepUnlessAborted(clock, delayMilliseconds, signal, error);
  }
}

function finalError(error: MirrorError, retryAfter: number | undefined, attempts: number): MirrorError {
  if (attempts > 1) return error.with({ retryable: false });
  return retryAfter === undefined ? error : error.with({ retryAfterMilliseconds: retryAfter });
}

async function settled<T>(attempt: () => Promise<Attempt<T>>): Promise<Attempt<T>> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof MirrorError) return { ok: false, error };
    throw error;
  }
}

/**
 * Returns the milliseconds to wait after attempt number `made`: full jitter, a random part of a span that doubles each
 * time. The jitter is added to the registry's Retry-After, so that many clients do not return at once.
 */
export function retryDelay(made: number, retryAfter: number | undefined, random: () => number): number {
  const span = Math.min(BACKOFF_CAP, BACKOFF_BASE * 2 ** (made - 1));
  const requested = Math.min(retryAfter ?? 0, RETRY_AFTER_CAP);
  return Math.round(requested + random() * span);
}

async function sleepUnlessAborted(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal | undefined,
  failed: MirrorError,
): Promise<void> {
  try {
    await clock.sleep(milliseconds, signal);
  } catch (cause) {
    if (signal?.aborted !== true) throw cause;
    throw abortError(signal, failed, `interrupted while waiting to retry after: ${failed.message}`);
  }
}
