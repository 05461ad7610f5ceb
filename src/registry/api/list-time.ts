import type { Clock } from "../../clock.ts";
import { MirrorError, type MirrorErrorFields } from "../../errors.ts";
import { MAX_LIST_MILLISECONDS } from "../limits.ts";

/** Reads one page of a list. */
export type ReadPageInTime = <T>(read: () => Promise<T>) => Promise<T>;

/**
 * Limits the time that the requests for all pages of one list take together. Each page has a deadline of its own, but a
 * registry can send pages without end. Time between two pages does not count.
 * @throws MirrorError TIMEOUT instead of reading a page, if the pages before took too long
 */
export function limitListTime(
  clock: Pick<Clock, "monotonic">,
  subject: Pick<MirrorErrorFields, "side" | "operation" | "reference" | "hint">,
): ReadPageInTime {
  let spent = 0;
  let pages = 0;
  return async (read) => {
    if (spent > MAX_LIST_MILLISECONDS) {
      const message = `${pages} pages of the list took more than ${MAX_LIST_MILLISECONDS / 60_000} min`;
      throw new MirrorError(message, { ...subject, code: "TIMEOUT" });
    }
    const began = clock.monotonic();
    try {
      return await read();
    } finally {
      pages += 1;
      spent += clock.monotonic() - began;
    }
  };
}
