import type { Clock } from "../clock.ts";
import { MirrorError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { retryDelay } from "../registry/retry.ts";
import type { ImageSource, ImageTarget } from "./ports.ts";

/** A wait between two attempts: on this clock, of a random length. */
export interface Waiting {
  clock: Clock;
  random: () => number;
}

/** How often a blob is begun again when its source breaks off or its upload fails in a way that may pass. */
const BLOB_ATTEMPTS = 3;

/** Brings blobs from one source to one target. A blob wanted several times at once is brought once. */
export interface BlobCopier {
  /** @param onSent called with the blob when this call was the one that sent it whole */
  bring(
    from: string,
    to: string,
    blob: Descriptor,
    signal: AbortSignal,
    onSent: (blob: Descriptor) => void,
  ): Promise<void>;
}

/** @param waiting what a wait between two attempts needs */
export function createBlobCopier(source: ImageSource, target: ImageTarget, waiting: Waiting): BlobCopier {
  const underWay = new Map<string, { from: string; bringing: Promise<void> }>();
  const copier: BlobCopier = {
    bring(from, to, blob, signal, onSent) {
      const key = `${to}@${blob.digest}`;
      const known = underWay.get(key);
      if (known !== undefined) {
        // What another repository refuses this one may serve: its failure is not ours.
        const again = () => copier.bring(from, to, blob, signal, onSent);
        return known.from === from ? known.bringing : known.bringing.catch(again);
      }
      const bringing = bringOnce(from, to, blob, signal, onSent);
      underWay.set(key, { from, bringing });
      bringing.catch(() => underWay.delete(key));
      return bringing;
    },
  };
  return copier;

  async function bringOnce(
    from: string,
    to: string,
    blob: Descriptor,
    signal: AbortSignal,
    onSent: (blob: Descriptor) => void,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (await target.hasBlob(to, blob, signal)) return;
      try {
        await target.putBlob(to, blob, await source.openBlob(from, blob, signal), signal);
        onSent(blob);
        return;
      } catch (error) {
        const mayPass = error instanceof MirrorError && error.retryable;
        if (!mayPass || attempt === BLOB_ATTEMPTS || signal.aborted) throw error;
        await waiting.clock.sleep(retryDelay(attempt, error.retryAfterMilliseconds, waiting.random), signal);
      }
    }
  }
}
