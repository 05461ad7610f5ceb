import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { readManifest, type Manifest, type ManifestContent } from "../../oci/manifest.ts";
import { SCHEMA_1_HINT } from "../../oci/media-type.ts";
import type { ImagePulls } from "../pulls/image-pulls.ts";
import type { ImageSource, ImageTarget, ManifestPulls } from "../ports.ts";

/** A manifest that was read, and what it says. */
export interface ReadManifest {
  manifest: Manifest;
  content: ManifestContent;
  /** Who had it, where that was not the source. */
  holder: Holder | undefined;
}

/** A repository of a target. */
export interface Holder {
  target: ImageTarget;
  repository: string;
}

/** Reads manifests from one source; each digest is asked for once in a run, as each request may be a pull. */
export interface ManifestReader {
  /**
   * @param holders repositories that may have it, of targets: asked first, as that is no pull
   */
  read(
    repository: string,
    digest: Digest,
    signal: AbortSignal,
    pulls: ImagePulls,
    holders: readonly Holder[],
  ): Promise<ReadManifest>;
  /** Whether a manifest was received whole in this run: reading it again asks nobody. */
  has(digest: Digest): boolean;
}

/**
 * @param whole manifests received whole in this run, whichever source gave them: shared by its readers
 * @throws MirrorError MANIFEST_INVALID, MEDIA_TYPE_UNSUPPORTED, and whatever the source throws
 */
export function createManifestReader(source: ImageSource, whole: Map<Digest, ReadManifest>): ManifestReader {
  const received = new Map<Digest, { repository: string; reading: Promise<ReadManifest> }>();
  const reader: ManifestReader = {
    read(repository, digest, signal, pulls, holders) {
      const done = whole.get(digest);
      if (done !== undefined) return Promise.resolve(done);
      const again = () => reader.read(repository, digest, signal, pulls, holders);
      const known = received.get(digest);
      if (known !== undefined) return known.reading.catch(orOwn(known.repository === repository, again));
      const ended = Promise.withResolvers<ReadManifest>();
      // Somebody may be waiting for this one, or nobody.
      ended.promise.catch(() => {});
      const leave = pulls.ask();
      let isShown = false;
      const show = () => {
        isShown = true;
        received.set(digest, { repository, reading: ended.promise });
      };
      const isKnown = () => received.has(digest) || whole.has(digest);
      // Shown to others only once it has leave to go on: nobody who holds places waits for one who waits for places.
      const gate: ManifestPulls = {
        async before(until) {
          try {
            await leave.before(until);
          } catch (error) {
            if (!isKnown()) throw error;
          }
          if (isKnown()) throw new ReadMeanwhile();
          show();
        },
        sending: leave.sending,
      };
      const reading = readAtHolders(holders, digest, signal).then(async (found) =>
        found === undefined
          ? understand(await source.readManifest(repository, digest, signal, gate), undefined)
          : understand(found.manifest, found.holder),
      );
      return reading.finally(leave.end).then(
        (read) => {
          whole.set(digest, read);
          if (!received.has(digest)) show();
          ended.resolve(read);
          return read;
        },
        (error: unknown) => {
          if (error instanceof ReadMeanwhile) return again();
          // A failure is not remembered: another action may have better luck. What was read and is no image stays so.
          if (isShown && !(error instanceof NoImage)) received.delete(digest);
          ended.reject(error);
          if (!isShown || !isOutOfPulls(error)) throw error;
          return leave.refused(error, signal).then(again);
        },
      );
    },
    has: (digest) => whole.has(digest),
  };
  return reader;
}

/** What was read is none: reading it again would cost another pull, and say the same. */
class NoImage extends MirrorError {}

/** While this reading waited for its leave, another one began that now serves both. */
class ReadMeanwhile extends Error {}

/**
 * What to do when a reading that others share has failed: what another repository refuses this one may serve, and where
 * the other's allowance did not reach, our own may.
 */
function orOwn<T>(isSameRepository: boolean, again: () => Promise<T>): (error: unknown) => Promise<T> {
  return async (error) => {
    if (error instanceof NoImage || (isSameRepository && !isOutOfPulls(error))) throw error;
    return again();
  };
}

function isOutOfPulls(error: unknown): error is MirrorError {
  return error instanceof MirrorError && error.code === "PULL_LIMIT";
}

async function readAtHolders(
  holders: readonly Holder[],
  digest: Digest,
  signal: AbortSignal,
): Promise<{ manifest: Manifest; holder: Holder } | undefined> {
  for (const holder of holders) {
    try {
      return { manifest: await holder.target.readManifest(holder.repository, digest, signal), holder };
    } catch (error) {
      // Gone meanwhile, or never whole: the source has it.
      if (signal.aborted) throw error;
    }
  }
  return undefined;
}

function understand(manifest: Manifest, holder: Holder | undefined): ReadManifest {
  const content = readManifest(manifest);
  if (content.kind === "index" || content.kind === "image") return { manifest, content, holder };
  throw new NoImage(content.message, {
    code: content.kind === "invalid" ? "MANIFEST_INVALID" : "MEDIA_TYPE_UNSUPPORTED",
    side: "source",
    operation: "read manifest",
    reference: manifest.digest,
    hint:
      content.kind === "schema-1"
        ? SCHEMA_1_HINT
        : "Mirror another tag of this image, or ask its publisher for an image in the OCI or Docker format.",
  });
}
