import { MirrorError, reportOf, type ErrorReport } from "../errors.ts";

/** What a reading gave, or why it gave nothing: a grant that is missing, a Region that does not know the call. */
export type OptionalReading<Value> = { value: Value; error?: never } | { value?: never; error: ErrorReport };

/** How often something is asked for that one can do without: not long, where it cannot be reached at all. */
export const OPTIONAL_ATTEMPTS = 2;

/**
 * A reading that nothing depends on.
 * @throws what is no MirrorError, and everything once the signal is aborted
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
