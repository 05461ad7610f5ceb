import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { readManifest, type Manifest, type ManifestContent } from "../../oci/manifest.ts";
import { SCHEMA_1_HINT } from "../../oci/media-type.ts";
import type { ImageSource, PullGate, TargetRepository } from "../ports.ts";
import { asPlanned, type WantedManifest } from "./planned-type.ts";
import type { ImagePulls } from "../pulls/image-pulls.ts";

/** A manifest and its parsed content. */
export interface ReadManifest {
  manifest: Manifest;
  content: ManifestContent;
  /** The target repository that it was read from. Undefined for the source. */
  location: TargetRepository | undefined;
}

/** Reads manifests from one source. Each digest is requested once per run, as each request may be a pull. */
export interface ManifestReader {
  /**
   * Reads a manifest by digest. One from another place than the source has the wanted media type.
   * @param locations target repositories that may have it: read first, as that costs no pull
   */
  read(
    repository: string,
    wanted: WantedManifest,
    signal: AbortSignal,
    pulls: ImagePulls,
    locations: readonly TargetRepository[],
  ): Promise<ReadManifest>;
  /** Whether a manifest was read in this run, so that reading it again sends no request. */
  has(digest: Digest): boolean;
}

/**
 * @param registry the source's name in errors
 * @param manifests those read in this run, from any source: shared by its readers
 * @throws MirrorError MANIFEST_INVALID, MEDIA_TYPE_UNSUPPORTED, and what the source throws
 */
export function createManifestReader(
  registry: string,
  source: ImageSource,
  manifests: Map<Digest, ReadManifest>,
): ManifestReader {
  const pending = new Map<Digest, { repository: string; reading: Promise<ReadManifest> }>();
  const reader: ManifestReader = {
    read(repository, wanted, signal, pulls, locations) {
      const { digest } = wanted;
      const place = `${registry}/${repository}`;
      const done = manifests.get(digest);
      if (done !== undefined) return Promise.resolve(done);
      const again = () => reader.read(repository, wanted, signal, pulls, locations);
      const known = pending.get(digest);
      if (known !== undefined) return known.reading.catch(retryUnlessFinal(known.repository === repository, again));
      const ended = Promise.withResolvers<ReadManifest>();
      // There may be no other reader.
      ended.promise.catch(() => {});
      const own = pulls.startManifest();
      let isShared = false;
      const share = () => {
        isShared = true;
        pending.set(digest, { repository, reading: ended.promise });
      };
      const isKnown = () => pending.has(digest) || manifests.has(digest);
      // Shared only once it has a permit. Otherwise an image with permits might wait for one that waits for permits.
      const gate: PullGate = {
        async waitForPermit(until) {
          try {
            await own.waitForPermit(until);
          } catch (error) {
            if (!isKnown()) throw error;
          }
          if (isKnown()) throw new ReadByAnother();
          share();
        },
        beforeSend: own.beforeSend,
      };
      const reading = readAtTargets(locations, wanted, signal).then(async (found) =>
        found === undefined
          ? parse(await source.readManifest(repository, wanted, signal, gate), undefined, place)
          : parse(found.manifest, found.location, place),
      );
      return reading.finally(own.end).then(
        (read) => {
          manifests.set(digest, read);
          if (!pending.has(digest)) share();
          ended.resolve(read);
          return read;
        },
        (error: unknown) => {
          if (error instanceof ReadByAnother) return again();
          // Forgotten, so that another action retries; but a manifest that is not an image stays one.
          if (isShared && !(error instanceof NotAnImage)) pending.delete(digest);
          ended.reject(error);
          if (!isShared || !isPullLimitError(error)) throw error;
          return own.refused(error, signal).then(again);
        },
      );
    },
    has: (digest) => manifests.has(digest),
  };
  return reader;
}

/** The manifest was read, but is not an image. Reading it again would cost a pull and end the same. */
class NotAnImage extends MirrorError {}

/** Another read of the same manifest started while this one waited for a permit, and serves both. */
class ReadByAnother extends Error {}

/**
 * Handles the failure of a shared read: retries where it came from another repository, which may be private, or from the
 * pull limit, as this image may have permits of its own.
 */
function retryUnlessFinal<T>(isSameRepository: boolean, again: () => Promise<T>): (error: unknown) => Promise<T> {
  return async (error) => {
    if (error instanceof NotAnImage || (isSameRepository && !isPullLimitError(error))) throw error;
    return again();
  };
}

function isPullLimitError(error: unknown): error is MirrorError {
  return error instanceof MirrorError && error.code === "PULL_LIMIT";
}

async function readAtTargets(
  locations: readonly TargetRepository[],
  wanted: WantedManifest,
  signal: AbortSignal,
): Promise<{ manifest: Manifest; location: TargetRepository } | undefined> {
  for (const location of locations) {
    try {
      const read = await location.target.readManifest(location.repository, wanted.digest, signal);
      return { manifest: asPlanned(read, wanted, location.repository), location };
    } catch (error) {
      // Deleted since the plan, or unreadable: the source has it.
      if (signal.aborted) throw error;
    }
  }
  return undefined;
}

function parse(manifest: Manifest, location: TargetRepository | undefined, place: string): ReadManifest {
  const content = readManifest(manifest);
  if (content.kind === "index" || content.kind === "image") return { manifest, content, location };
  throw new NotAnImage(content.message, {
    code: content.kind === "invalid" ? "MANIFEST_INVALID" : "MEDIA_TYPE_UNSUPPORTED",
    side: "source",
    operation: "read manifest",
    reference: `${place}@${manifest.digest}`,
    hint:
      content.kind === "schema-1"
        ? SCHEMA_1_HINT
        : "mirror another tag of this image, or ask its publisher for an image in the OCI or Docker format",
  });
}
