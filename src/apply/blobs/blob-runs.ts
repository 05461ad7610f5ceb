import { MirrorError } from "../../errors.ts";
import { blobKey, type Descriptor } from "../../oci/descriptor.ts";
import { wrongBlob } from "../../registry/errors/wrong-blob.ts";
import type { Difference } from "../../registry/http/verified-stream.ts";
import type { ImageTarget } from "../ports.ts";
import { fanOut, type BlobUpload } from "./blob-fan-out.ts";
import type { BlobLocations } from "./blob-locations.ts";
import { placesFor, trustedPlaces, type BadSource, type BlobPlace } from "./blob-places.ts";
import { blobProgress } from "./blob-progress.ts";
import type { BlobContext, BlobRequest } from "./blob-request.ts";
import { createBlobMounts } from "./mount-blob.ts";
import { resumed } from "./resumed-blob.ts";
import { createUploadSlots } from "./upload-slots.ts";

/**
 * Transfers blobs: one run downloads a blob once and uploads it to every repository that has subscribed.
 *
 * A blob here is a digest with the size that a manifest states. A manifest that states a wrong size has a run of its own,
 * so that it fails alone, whatever other manifests name the same digest.
 *
 * State:
 * - `runs`: blob → the run that transfers it. `start` adds a run; `end` removes it when it is over, successful or not.
 * - `run.subscribers`: the requests that a run uploads for. `subscribe` adds, until `close`; nothing is removed.
 * - `slots`: host, or target without one → its uploads. `transfer` takes a slot for every subscriber and releases them.
 * - `badSources`: the sources that sent wrong bytes, with the blob. `distrust` adds; nothing is removed.
 * - `locations`: the target repositories that have a blob, shared with blob-copier.ts and mount-blob.ts. A finished upload
 *   adds; `distrust` removes all of a blob.
 *
 * Invariants:
 * 1. At most one run transfers a blob at any time.
 * 2. A run accepts subscribers until it has its upload slots. A later request waits until the run is over and then starts again.
 * 3. A request settles once, with the result of its own upload: it does not wait for slower uploads, and does not fail
 *    when another one fails.
 * 4. A request that can mount the blob, now or after the current run, is mounted and not uploaded. It tries one mount.
 * 5. Targets that have the blob are read before sources; a place that fails is followed by the next one.
 * 6. A source that sent wrong bytes for a blob is not read for it again while another place is known.
 * 7. Wrong bytes are a retryable error exactly where another place, or another alternate of the source, may have the right ones.
 * 8. A run that is over occupies no slot, and the next request starts a new one.
 */
export interface BlobRuns {
  /** Resolves when the repository has the blob. @throws MirrorError of the source, or of this target */
  send(request: BlobRequest): Promise<void>;
}

/** One request that waits for a run. */
interface Subscriber {
  request: BlobRequest;
  /** An upload that the registry started in reply to a mount. */
  startedUpload: URL | undefined;
  result: PromiseWithResolvers<void>;
}

/** One download of a blob, and the requests that it is uploaded for. */
interface BlobRun {
  subscribers: Subscriber[];
  acceptsSubscribers: boolean;
  /** Resolves when every upload has ended. */
  ended: Promise<void>;
}

/** The places of one download, and what they delivered. */
interface Reading {
  places: readonly BlobPlace[];
  /** The places that delivered bytes. */
  used: Set<BlobPlace>;
  /** How the bytes differ from the blob, if they do. */
  difference: Difference | undefined;
  /** Set once wrong bytes were found: whether a retry may succeed. */
  mayRetry: boolean | undefined;
}

/**
 * @param locations read, and kept up to date
 * @param stallMilliseconds how long one upload may hold up the others of the same blob
 */
export function createBlobRuns(
  locations: BlobLocations,
  context: BlobContext,
  stallMilliseconds: number | undefined,
): BlobRuns {
  const runs = new Map<string, BlobRun>();
  const slots = createUploadSlots<ImageTarget | string>();
  const badSources: BadSource[] = [];
  const mounts = createBlobMounts(locations);
  return { send };

  async function send(request: BlobRequest): Promise<void> {
    let startedUpload: URL | undefined;
    for (let mayMount = true; ;) {
      const run = runs.get(blobKey(request.blob));
      const from = mayMount ? mounts.sourceFor(request) : undefined;
      if (from !== undefined) {
        mayMount = false;
        const result = await mounts.mount(request, from);
        if (result === "mounted") return;
        startedUpload = result;
      } else if (run === undefined) {
        return subscribe(start(request), request, startedUpload);
      } else if (run.acceptsSubscribers && !(mayMount && mounts.isPossibleAfter(run.subscribers, request))) {
        return subscribe(run, request, startedUpload);
      } else {
        await run.ended;
      }
    }
  }

  function start(request: BlobRequest): BlobRun {
    const run: BlobRun = { subscribers: [], acceptsSubscribers: true, ended: Promise.resolve() };
    runs.set(blobKey(request.blob), run);
    run.ended = transfer(run, request).finally(() => end(request.blob));
    return run;
  }

  function subscribe(run: BlobRun, request: BlobRequest, startedUpload: URL | undefined): Promise<void> {
    const result = Promise.withResolvers<void>();
    run.subscribers.push({ request, startedUpload, result });
    return result.promise;
  }

  function close(run: BlobRun): void {
    run.acceptsSubscribers = false;
  }

  function end(blob: Descriptor): void {
    runs.delete(blobKey(blob));
  }

  async function transfer(run: BlobRun, { blob, signal, waitForOthers }: BlobRequest): Promise<void> {
    await waitForOthers();
    const release = await slots.take(() => run.subscribers.map(({ request }) => slotKeyOf(request)));
    close(run);
    const reading = startReading(blob, run);
    const open = reading.places.map((place) => openerOf(place, reading));
    const uploads = run.subscribers.map((subscriber) => uploadFor(subscriber, reading));
    try {
      await fanOut(blob, (abort) => resumed(open, blob.size, context, abort), uploads, signal, {
        stallMilliseconds,
        onBytesPassed: context.onBytesPassed,
        onMismatch: (difference) => {
          reading.difference = difference;
        },
      });
    } finally {
      release();
    }
  }

  function startReading(blob: Descriptor, { subscribers }: BlobRun): Reading {
    const requests = subscribers.map(({ request }) => request);
    const places = placesFor(blob, requests, locations.of(blob));
    return {
      places: trustedPlaces(places, badSources, blob),
      used: new Set(),
      mayRetry: undefined,
      difference: undefined,
    };
  }

  function uploadFor({ request, startedUpload, result }: Subscriber, reading: Reading): BlobUpload {
    const { blob, target, to, signal } = request;
    const progress = blobProgress(request);
    return {
      onBytes: progress.sent,
      reference: target.uri(to, blob.digest).replace(`:${blob.digest}`, `@${blob.digest}`),
      async put(body) {
        try {
          await target.putBlob(to, blob, body, signal, startedUpload);
          locations.add(blob, target, to);
          progress.completed();
          result.resolve();
        } catch (error) {
          progress.failed();
          result.reject(isMismatch(error) ? explained(error, request, reading) : error);
          throw error;
        }
      },
    };
  }

  /** Names the source and the manifest of a request, which differ between the requests of a run. */
  function explained(error: MirrorError, request: BlobRequest, reading: Reading): MirrorError {
    const { blob, source, from, manifest } = request;
    const retryable = distrust(blob, reading);
    const { difference } = reading;
    if (difference === undefined) return error.with({ retryable });
    return wrongBlob(difference, `${source.name}/${from}@${blob.digest}`, manifest).with({ retryable });
  }

  /** Records that the places that were read sent wrong bytes, once per run. @returns whether a retry may succeed */
  function distrust(blob: Descriptor, reading: Reading): boolean {
    if (reading.mayRetry !== undefined) return reading.mayRetry;
    locations.forget(blob);
    reading.mayRetry = reading.used.size < reading.places.length;
    for (const place of reading.used) if (distrustPlace(place, blob)) reading.mayRetry = true;
    return reading.mayRetry;
  }

  /** @returns whether the next download reads somewhere else instead */
  function distrustPlace({ source, from }: BlobPlace, blob: Descriptor): boolean {
    if (source === undefined || source.distrust?.(blob) === true) return true;
    badSources.push({ source, from, blob });
    return false;
  }
}

/** Opens a place, and notes that it delivered bytes. */
function openerOf(place: BlobPlace, { used }: Reading): BlobPlace["open"] {
  return async (offset, signal) => {
    const stream = await place.open(offset, signal);
    used.add(place);
    return stream;
  };
}

/** Targets on one host share its slots. */
function slotKeyOf({ target }: BlobRequest): ImageTarget | string {
  return target.host ?? target;
}

/** Whether a source sent wrong bytes. A target may also refuse right ones. */
function isMismatch(error: unknown): error is MirrorError {
  return error instanceof MirrorError && error.code === "DIGEST_MISMATCH" && error.side === "source";
}
