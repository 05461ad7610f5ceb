import type { Readable } from "node:stream";

import { MirrorError } from "../../errors.ts";
import { retryDelay } from "../../registry/http/retry.ts";
import type { Waiting } from "./blob-route.ts";

/** How often in a row a place may break off, or refuse, before it is given up. */
const BREAKS_AT_MOST = 5;

/** A place that brought so many bytes before it broke off counts as one that works: its breaks are counted anew. */
const PROGRESS_BYTES = 1024 * 1024;

/** Opens a blob from byte `offset` on, at one of the places that have it. */
export type OpenBlob = (offset: number, signal: AbortSignal) => Promise<Readable>;

/**
 * The bytes of a blob, whole, whatever breaks off on the way: what is missing is asked for from where it stopped,
 * after a wait, and when a place does not get on any more, at the next one. Fewer than `size` where the source has no more.
 * @param size bytes of the whole blob
 * @throws MirrorError of the last place; `retryable` only where beginning again at byte 0 may help, as no part can be asked for
 */
export async function* resumed(
  places: readonly OpenBlob[],
  size: number,
  waiting: Waiting,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  let offset = 0;
  let endedAt: number | undefined;
  let last: unknown;
  for (const open of places) {
    for (let breaks = 0; breaks < BREAKS_AT_MOST;) {
      const began = offset;
      try {
        for await (const chunk of (await open(offset, signal)) as AsyncIterable<Buffer>) {
          offset += chunk.length;
          yield chunk;
        }
        // A body without a length that was cut looks complete. Asked for the rest, a source that has none says so.
        if (offset >= size || offset === endedAt) return;
        endedAt = offset;
        breaks += 1;
      } catch (error) {
        if (signal.aborted || !(error instanceof MirrorError)) throw error;
        if (size > 0 && offset >= size) return;
        if (offset === endedAt && error.code === "UNEXPECTED_RESPONSE") return;
        breaks = offset - began >= PROGRESS_BYTES ? 1 : breaks + 1;
        const isPartRefused = offset > 0 && error.code === "UNEXPECTED_RESPONSE";
        last = error.with({ retryable: isPartRefused });
        if (!error.retryable) break;
        if (breaks < BREAKS_AT_MOST) {
          await waiting.clock.sleep(retryDelay(breaks, error.retryAfterMilliseconds, waiting.random), signal);
        }
      }
    }
  }
  if (last !== undefined) throw last;
}
