import { MirrorError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { ImageSource, ImageTarget } from "./ports.ts";

/** How often a blob is begun again when its source breaks off or its upload fails in a way that may pass. */
export const BLOB_ATTEMPTS = 3;

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

export function createBlobCopier(source: ImageSource, target: ImageTarget): BlobCopier {
  const underWay = new Map<string, Promise<void>>();
  return {
    bring(from, to, blob, signal, onSent) {
      const key = `${to}@${blob.digest}`;
      const known = underWay.get(key);
      if (known !== undefined) return known;
      const bringing = bringOnce(from, to, blob, signal, onSent);
      underWay.set(key, bringing);
      bringing.catch(() => underWay.delete(key));
      return bringing;
    },
  };

  async function bringOnce(
    from: string,
    to: string,
    blob: Descriptor,
    signal: AbortSignal,
    onSent: (blob: Descriptor) => void,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (await target.hasBlob(to, blob.digest, signal)) return;
      try {
        await target.putBlob(to, blob, await source.openBlob(from, blob, signal), signal);
        onSent(blob);
        return;
      } catch (error) {
        const mayPass = error instanceof MirrorError && error.retryable;
        if (!mayPass || attempt === BLOB_ATTEMPTS || signal.aborted) throw error;
      }
    }
  }
}
