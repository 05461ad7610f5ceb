import type { Clock } from "../../clock.ts";
import { MirrorError } from "../../errors.ts";
import { interruption } from "./interruption.ts";
import { BACKOFF_BASE, BACKOFF_CAP, MAX_ATTEMPTS, RETRY_AFTER_CAP } from "../limits.ts";

/** What one attempt came to. */
export type Attempt<T> =
  | { ok: true; value: T }
  /** `retryAfter`: milliseconds that the answer asked for. */
  | { ok: false; error: MirrorError; retryAfter?: number | undefined };

/** How an attempt is repeated. */
export interface RetryOptions {
  clock: Clock;
  random: () => number;
  signal?: AbortSignal | undefined;
  /** The first time included. */
  attempts?: number;
  /** Called before each wait. */
  onRetry(retry: { attempt: number; delayMilliseconds: number; reason: string }): void;
}

/**
 * Repeats an attempt while its error is retryable, at most {@link MAX_ATTEMPTS} times in all, with {@link retryDelay} between.
 * A MirrorError that an attempt throws counts like one that it returns.
 * @throws the last error; after several attempts no longer as retryable, so that no caller begins all of them again;
 * after the only attempt with what the answer asked for as `retryAfterMilliseconds`, as the caller may begin again
 */
export async function retrying<T>(attempt: () => Promise<Attempt<T>>, options: RetryOptions): Promise<T> {
  const { clock, random, signal, onRetry, attempts = MAX_ATTEMPTS } = options;
  for (let made = 1; ; made += 1) {
    const outcome = await settled(attempt);
    if (outcome.ok) return outcome.value;
    const { error, retryAfter } = outcome;
    if (!error.retryable) throw error;
    if (made >= attempts) throw last(error, retryAfter, attempts);
    const delayMilliseconds = retryDelay(made, retryAfter, random);
    onRetry({ attempt: made, delayMilliseconds, reason: error.code });
    await sleepUnlessAborted(clock, delayMilliseconds, signal, error);
  }
}

function last(error: MirrorError, retryAfter: number | undefined, attempts: number): MirrorError {
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
 * Milliseconds to wait after attempt number `made`: full jitter, a random part of a span that doubles each time.
 * What the registry asks for comes before the jitter, so that many clients do not come back in one moment.
 */
export function retryDelay(made: number, retryAfter: number | undefined, random: () => number): number {
  const span = Math.min(BACKOFF_CAP, BACKOFF_BASE * 2 ** (made - 1));
  const asked = Math.min(retryAfter ?? 0, RETRY_AFTER_CAP);
  return Math.round(asked + random() * span);
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
    throw interruption(signal, failed, `interrupted while waiting to try again after: ${failed.message}`);
  }
}
