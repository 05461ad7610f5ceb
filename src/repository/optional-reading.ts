import { MirrorError, reportOf, type ErrorReport } from "../errors.ts";

/** A value, or the error that prevented reading it, such as a missing permission or a call that the Region does not support. */
export type OptionalReading<Value> = { value: Value; error?: never } | { value?: never; error: ErrorReport };

/** Number of attempts to read an optional value. Low, so that an unreachable service does not delay the run. */
export const OPTIONAL_ATTEMPTS = 2;

/**
 * Reads an optional value, and returns a {@link MirrorError} as data.
 * @throws any other error, and every error after an abort
 */
export async function optionalReading<Value>(
  signal: AbortSignal | undefined,
  read: () => Promise<Value>,
): Promise<OptionalReading<Value>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof MirrorError && signal?.aborted !== true) return { error: reportOf(error) };
    throw error;
  }
}
