import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { retryDelay } from "../../registry/http/retry.ts";
import { createBlobHolders, type BlobHolder } from "./blob-holders.ts";
import { createBlobRuns } from "./blob-runs.ts";
import type { BlobWant } from "./blob-route.ts";
import type { ImageSource } from "../ports.ts";
import type { BlobRoute, BlobContext } from "./blob-route.ts";

/** How often a blob is begun again when its upload fails in a way that may pass. */
const BLOB_ATTEMPTS = 3;

/**
 * Brings blobs to targets, for a whole run. A blob wanted several times in one repository is brought once; one that
 * several targets want is downloaded once and given to all of them, or taken from one that has it already.
 */
export interface BlobCopier {
  /** Resolves when the target's repository has all of `blobs`. @throws MirrorError of the first that failed, once all have ended */
  bring(blobs: readonly Descriptor[], way: BlobRoute): Promise<void>;
  /** Tells that a repository of a target has blobs: they can be taken from there. */
  heldAt(blobs: readonly Descriptor[], holder: BlobHolder): void;
}

/**
 * @param waiting what a wait between two attempts needs
 * @param stallMilliseconds how long one of several targets may hold the others up
 */
export function createBlobCopier(waiting: BlobContext, stallMilliseconds?: number): BlobCopier {
  const underWay = new Map<string, { from: string; source: ImageSource; bringing: Promise<void> }>();
  const holders = createBlobHolders();
  const runs = createBlobRuns(holders, waiting, stallMilliseconds);
  return {
    bring,
    heldAt: (blobs, { target, repository }) => blobs.forEach(({ digest }) => holders.add(digest, target, repository)),
  };

  async function bring(blobs: readonly Descriptor[], way: BlobRoute): Promise<void> {
    const distinct = [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
    const unknown = distinct.filter((blob) => !underWay.has(placeOf(blob, way)));
    const asked = missingOf(unknown, way);
    // Large ones first: the last to end should be a small one.
    const work = distinct.toSorted((a, b) => b.size - a.size).map((blob) => bringOne(blob, way, asked, () => gathered));
    // After all of the above have joined, or begun, what is on its way; also when it could not be asked what is missing.
    const gathered = asked.then(
      (missing) => (missing.size === 0 ? way.together.pass(way.manifest) : way.together.arrive(way.manifest)),
      () => way.together.pass(way.manifest),
    );
    const results = await Promise.allSettled(work);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  function bringOne(
    blob: Descriptor,
    way: BlobRoute,
    asked: Promise<ReadonlySet<Digest>>,
    gathered: () => Promise<void>,
  ): Promise<void> {
    const { source, from } = way;
    const place = placeOf(blob, way);
    const known = underWay.get(place);
    if (known !== undefined) {
      // What another repository refuses this one may serve: its failure is not ours.
      const again = () => bringOne(blob, way, missingOf([blob], way), gathered);
      return known.from === from && known.source === source ? known.bringing : known.bringing.catch(again);
    }
    const bringing = asked.then((missing) => {
      if (missing.has(blob.digest)) return send({ ...way, blob, gathered });
      holders.add(blob.digest, way.target, way.to);
      return undefined;
    });
    underWay.set(place, { from, source, bringing });
    bringing.catch(() => underWay.delete(place));
    return bringing;
  }

  async function send(want: BlobWant): Promise<void> {
    const { blob, target, to, signal } = want;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await runs.send(want);
        return;
      } catch (error) {
        const mayPass = error instanceof MirrorError && error.retryable;
        if (!mayPass || attempt === BLOB_ATTEMPTS || signal.aborted) throw error;
        await waiting.clock.sleep(retryDelay(attempt, error.retryAfterMilliseconds, waiting.random), signal);
      }
      const missing = await target.missingBlobs(to, [blob], signal);
      if (missing.length > 0) continue;
      holders.add(blob.digest, target, to);
      return;
    }
  }
}

async function missingOf(blobs: readonly Descriptor[], way: BlobRoute): Promise<ReadonlySet<Digest>> {
  if (blobs.length === 0) return new Set();
  const missing = await way.target.missingBlobs(way.to, blobs, way.signal);
  return new Set(missing.map(({ digest }) => digest));
}

/** One blob in one repository of one target, as a text. */
function placeOf(blob: Descriptor, { target, to }: BlobRoute): string {
  return target.uri(to, blob.digest);
}
