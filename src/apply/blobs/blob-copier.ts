import { MirrorError } from "../../errors.ts";
import { blobKey, type Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { retryDelay } from "../../registry/retry/retry.ts";
import type { ImageSource, TargetRepository } from "../ports.ts";
import { createBlobLocations } from "./blob-locations.ts";
import type { BlobContext, BlobRequest, BlobRoute } from "./blob-request.ts";
import { createBlobRuns } from "./blob-runs.ts";

/** Attempts per blob, where its upload fails with an error that a retry may cure. */
const BLOB_ATTEMPTS = 3;

/**
 * Copies blobs to targets, for a whole run. A blob requested several times for one repository is copied once. A blob that
 * several targets lack is downloaded once for all of them, or read from a target that has it.
 */
export interface BlobCopier {
  /**
   * Resolves when the target's repository has all of `blobs`.
   * @throws MirrorError of the first blob that failed, when all have ended
   */
  copy(blobs: readonly Descriptor[], route: BlobRoute): Promise<void>;
  /** Records that a repository of a target has blobs, so that they can be read and mounted from there. */
  recordLocation(blobs: readonly Descriptor[], location: TargetRepository): void;
}

/** The copy of one blob to one repository. */
interface PendingBlob {
  from: string;
  source: ImageSource;
  copying: Promise<void>;
}

/** @param stallMilliseconds how long one of several uploads may hold up the others */
export function createBlobCopier(context: BlobContext, stallMilliseconds?: number): BlobCopier {
  const pending = new Map<string, PendingBlob>();
  const locations = createBlobLocations();
  const runs = createBlobRuns(locations, context, stallMilliseconds);
  return {
    copy,
    recordLocation: (blobs, { target, repository }) => blobs.forEach((blob) => locations.add(blob, target, repository)),
  };

  async function copy(blobs: readonly Descriptor[], route: BlobRoute): Promise<void> {
    const distinct = [...new Map(blobs.map((blob) => [blobKey(blob), blob])).values()];
    const unknown = distinct.filter((blob) => !pending.has(keyOf(blob, route)));
    const lookup = findMissing(unknown, route);
    // Largest first, so that a small one ends last.
    const work = distinct
      .toSorted((a, b) => b.size - a.size)
      .map((blob) => copyOne(blob, route, lookup, () => othersReady));
    // Chained after the copies above, so that they have subscribed by then. A failed lookup holds up no other copy.
    const othersReady = lookup.then(
      (missing) =>
        missing.size === 0 ? route.barrier.skip(route.manifest) : route.barrier.waitForOthers(route.manifest),
      () => route.barrier.skip(route.manifest),
    );
    const results = await Promise.allSettled(work);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  function copyOne(
    blob: Descriptor,
    route: BlobRoute,
    lookup: Promise<ReadonlySet<Digest>>,
    waitForOthers: () => Promise<void>,
  ): Promise<void> {
    const { source, from } = route;
    const key = keyOf(blob, route);
    const known = pending.get(key);
    if (known !== undefined) {
      // The failure may be specific to that source repository.
      const retry = () => copyOne(blob, route, findMissing([blob], route), waitForOthers);
      return known.from === from && known.source === source ? known.copying : known.copying.catch(retry);
    }
    const copying = lookup.then((missing) => {
      if (missing.has(blob.digest)) return send({ ...route, blob, waitForOthers });
      locations.add(blob, route.target, route.to);
      return undefined;
    });
    pending.set(key, { from, source, copying });
    copying.catch(() => pending.delete(key));
    return copying;
  }

  async function send(request: BlobRequest): Promise<void> {
    const { blob, target, to, signal } = request;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await runs.send(request);
        return;
      } catch (error) {
        const mayRetry = error instanceof MirrorError && error.retryable;
        if (!mayRetry || attempt === BLOB_ATTEMPTS || signal.aborted) throw error;
        await context.clock.sleep(retryDelay(attempt, error.retryAfterMilliseconds, context.random), signal);
      }
      const missing = await target.missingBlobs(to, [blob], signal);
      if (missing.length > 0) continue;
      locations.add(blob, target, to);
      return;
    }
  }
}

async function findMissing(blobs: readonly Descriptor[], route: BlobRoute): Promise<ReadonlySet<Digest>> {
  if (blobs.length === 0) return new Set();
  const missing = await route.target.missingBlobs(route.to, blobs, route.signal);
  return new Set(missing.map(({ digest }) => digest));
}

/** Identifies one blob in one repository of one target. */
function keyOf(blob: Descriptor, { target, to }: BlobRoute): string {
  return `${target.uri(to, blob.digest)} ${blob.size}`;
}
