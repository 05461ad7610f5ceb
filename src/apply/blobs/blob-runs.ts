import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { BlobHolder, BlobHolders } from "./blob-holders.ts";
import { blobProgress } from "./blob-progress.ts";
import { relay, type Recipient } from "./blob-relay.ts";
import type { BlobContext } from "./blob-route.ts";
import type { ImageSource, ImageTarget } from "../ports.ts";
import { resumed, type OpenBlob } from "./resumed-blob.ts";
import { createUploadSlots } from "./upload-slots.ts";
import type { BlobWant } from "./blob-route.ts";

/** Sends blobs; each digest is on its way once at a time, to all who wanted it before it began. */
export interface BlobRuns {
  /** Resolves when the blob is there. @throws MirrorError of the source, or of this target */
  send(want: BlobWant): Promise<void>;
}

interface Passenger {
  want: BlobWant;
  begun: URL | undefined;
  arrived: PromiseWithResolvers<void>;
}

/** One download of a blob, and those that it is for. */
interface BlobRun {
  passengers: Passenger[];
  /** Whether others can still join. */
  isBoarding: boolean;
  /** Never rejects. */
  ended: Promise<void>;
}

/** Where a blob can be read: at a source, or, without one, at a target that has it. */
interface BlobPlace {
  source: ImageSource | undefined;
  from: string;
  open: OpenBlob;
}

/** A source that gave wrong bytes for a digest. */
type Liar = Pick<BlobPlace, "source" | "from"> & { digest: Digest };

/** @param holders is told whatever arrives, and asked for places to read from that are not the source */
export function createBlobRuns(
  holders: BlobHolders,
  waiting: BlobContext,
  stallMilliseconds: number | undefined,
): BlobRuns {
  const uploads = createUploadSlots<ImageTarget | string>();
  const liars: Liar[] = [];
  const runs = new Map<Digest, BlobRun>();
  const refusesMounts = new Set<ImageTarget>();
  const mounts = new Set<ImageTarget>();
  return { send };

  async function send(want: BlobWant): Promise<void> {
    const { digest } = want.blob;
    let begun: URL | undefined;
    for (let isMountTried = false; ;) {
      const run = runs.get(digest);
      const from = isMountTried ? undefined : mountableFrom(want);
      if (from !== undefined) {
        isMountTried = true;
        const mounted = await mount(want, from);
        if (mounted === "there") return;
        begun = mounted;
      } else if (run === undefined) {
        return board(start(digest, want), want, begun);
      } else if (run.isBoarding && (isMountTried || !canMountAfter(run, want))) {
        return board(run, want, begun);
      } else {
        await run.ended;
      }
    }
  }

  async function board(run: BlobRun, want: BlobWant, begun: URL | undefined): Promise<void> {
    const arrived = Promise.withResolvers<void>();
    run.passengers.push({ want, begun, arrived });
    return arrived.promise;
  }

  function start(digest: Digest, first: BlobWant): BlobRun {
    const run: BlobRun = { passengers: [], isBoarding: true, ended: Promise.resolve() };
    runs.set(digest, run);
    run.ended = carry(run, first).finally(() => runs.delete(digest));
    return run;
  }

  async function carry(run: BlobRun, { blob, signal, gathered }: BlobWant): Promise<void> {
    await gathered();
    const release = await uploads.take(() => run.passengers.map(({ want }) => want.target.host ?? want.target));
    run.isBoarding = false;
    const places = placesFor(blob, run.passengers, holders.of(blob.digest));
    const honest = places.filter((place) => !liars.some((liar) => isSame(liar, place, blob.digest)));
    const used = new Set<BlobPlace>();
    const open = (honest.length === 0 ? places : honest).map((place): OpenBlob => {
      return async (offset, abort) => {
        const stream = await place.open(offset, abort);
        used.add(place);
        return stream;
      };
    });
    let verdict: boolean | undefined;
    const blame = (): boolean => (verdict ??= blameAll(blob.digest, used, open.length));
    const recipients = run.passengers.map((passenger) => recipientFor(passenger, blame));
    try {
      await relay(blob, (abort) => resumed(open, blob.size, waiting, abort), recipients, signal, {
        stallMilliseconds,
        onBytesPassed: waiting.onBytesPassed,
      });
    } finally {
      release();
    }
  }

  /** Each passenger learns of its own upload, and need not wait for the slowest. */
  function recipientFor({ want, begun, arrived }: Passenger, blame: () => boolean): Recipient {
    const { blob, target, to, signal } = want;
    const progress = blobProgress(want);
    return {
      onBytes: progress.passed,
      reference: target.uri(to, blob.digest).replace(`:${blob.digest}`, `@${blob.digest}`),
      async put(body) {
        try {
          await target.putBlob(to, blob, body, signal, begun);
          holders.add(blob.digest, target, to);
          progress.arrived();
          arrived.resolve();
        } catch (error) {
          progress.lost();
          const isLie = error instanceof MirrorError && error.code === "DIGEST_MISMATCH";
          arrived.reject(isLie && blame() ? error.with({ retryable: true }) : error);
          throw error;
        }
      },
    };
  }

  /** After wrong bytes: whoever had a part in them is not read from again. @returns whether others are left to be read from */
  function blameAll(digest: Digest, used: ReadonlySet<BlobPlace>, known: number): boolean {
    holders.forget(digest);
    let mayHelp = used.size < known;
    for (const place of used) {
      if (place.source === undefined) mayHelp = true;
      else if (place.source.distrust?.(digest) === true) mayHelp = true;
      else liars.push({ ...place, digest });
    }
    return mayHelp;
  }

  function mountableFrom({ blob, target, to }: BlobWant): string | undefined {
    if (target.mountBlob === undefined || refusesMounts.has(target)) return undefined;
    const known = target.mounts?.sourceOf(blob, to);
    if (known !== undefined) return known;
    const others = holders.of(blob.digest).filter((each) => each.target === target && each.repository !== to);
    return others.find(({ repository }) => target.mounts?.isWorthwhile(blob, repository, to) ?? true)?.repository;
  }

  /** Whether a mount will do once that run has brought the blob to another repository of the target. */
  function canMountAfter(run: BlobRun, { blob, target, to }: BlobWant): boolean {
    if (target.mountBlob === undefined || refusesMounts.has(target)) return false;
    return run.passengers.some(({ want }) => {
      return want.target === target && want.to !== to && (target.mounts?.isWorthwhile(blob, want.to, to) ?? true);
    });
  }

  /** @returns where an upload goes on that was begun instead; whatever goes wrong, an upload does as well */
  async function mount(want: BlobWant, from: string): Promise<"there" | URL | undefined> {
    const { blob, target, to, signal } = want;
    try {
      const mounted = await target.mountBlob?.(to, blob, from, signal);
      if (mounted?.isThere !== true) {
        // One that mounted before may refuse a single blob; the others are still worth the wait.
        if (mounted !== undefined && !mounts.has(target)) refusesMounts.add(target);
        return mounted?.begun;
      }
      mounts.add(target);
      holders.add(blob.digest, target, to);
      return "there";
    } catch (error) {
      if (signal.aborted || !(error instanceof MirrorError)) throw error;
      refusesMounts.add(target);
      return undefined;
    }
  }
}

/** Targets that have it, then every source that one of the passengers named: what one refuses another may serve. */
function placesFor(blob: Descriptor, passengers: readonly Passenger[], held: readonly BlobHolder[]): BlobPlace[] {
  const found: BlobPlace[] = held.map(({ target, repository: from }) => ({
    source: undefined,
    from,
    open: (offset, abort) => target.openBlob(from, blob, offset, abort),
  }));
  for (const { want } of passengers) {
    const { source, from } = want;
    if (found.some((place) => place.source === source && place.from === from)) continue;
    found.push({ source, from, open: (offset, abort) => source.openBlob(from, blob, offset, abort) });
  }
  return found;
}

function isSame(liar: Liar, place: BlobPlace, digest: Digest): boolean {
  return liar.digest === digest && liar.source === place.source && liar.from === place.from;
}
