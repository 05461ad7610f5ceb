import type { Readable } from "node:stream";

import { MirrorError } from "../../errors.ts";
import { retryDelay } from "../../registry/retry/retry.ts";
import type { RetryTiming } from "./blob-request.ts";

/** Failures in a row after which a place is given up. */
const MAX_FAILURES = 5;

/** A place that delivered this many bytes before it failed works: its failures are counted from 1 again. */
const PROGRESS_BYTES = 1024 * 1024;

/** Opens a blob at byte `offset`, at one of the places that have it. */
export type OpenBlob = (offset: number, signal: AbortSignal) => Promise<Readable>;

/**
 * Reads a whole blob. A download that fails is resumed at the byte where it stopped, after a delay; a place that keeps
 * failing is followed by the next one. Yields fewer than `size` bytes where the source has no more.
 * @param size bytes of the whole blob
 * @throws MirrorError of the last place; `retryable` only where a range was refused, so that starting at byte 0 may help
 */
export async function* resumed(
  places: readonly OpenBlob[],
  size: number,
  timing: RetryTiming,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  let offset = 0;
  let endedAt: number | undefined;
  let last: unknown;
  for (const open of places) {
    for (let failures = 0; failures < MAX_FAILURES;) {
      const start = offset;
      try {
        for await (const chunk of (await open(offset, signal)) as AsyncIterable<Buffer>) {
          offset += chunk.length;
          yield chunk;
        }
        // A truncated body without a length looks complete. The request for the rest shows whether there is more.
        if (offset >= size || offset === endedAt) return;
        endedAt = offset;
        failures += 1;
      } catch (error) {
        if (signal.aborted || !(error instanceof MirrorError)) throw error;
        // Every byte arrived; only the end of the connection went wrong.
        if (size > 0 && offset >= size) return;
        // The body ended at this byte before, and the place has nothing after it: the blob is shorter than stated.
        if (offset === endedAt && error.code === "UNEXPECTED_RESPONSE") return;
        failures = offset - start >= PROGRESS_BYTES ? 1 : failures + 1;
        const isRangeRefused = offset > 0 && error.code === "UNEXPECTED_RESPONSE";
        last = error.with({ retryable: isRangeRefused });
        if (!error.retryable) break;
        if (failures < MAX_FAILURES) {
          await timing.clock.sleep(retryDelay(failures, error.retryAfterMilliseconds, timing.random), signal);
        }
      }
    }
  }
  if (last !== undefined) throw last;
}
