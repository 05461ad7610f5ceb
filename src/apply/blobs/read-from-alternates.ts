import type { Clock } from "../../clock.ts";
import { MirrorError } from "../../errors.ts";
import { blobKey, type Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { tooSlow } from "../../registry/http/answer-watch.ts";
import { withMinimumRate, type MinimumRate } from "../../registry/http/minimum-rate.ts";
import { ALTERNATE_RATE } from "../../registry/limits.ts";
import type { IsPublic } from "../../registry/api/public-repositories.ts";
import type { ImageSource } from "../ports.ts";
import { asPlanned } from "../images/planned-type.ts";
import { UNCOUNTED } from "../pulls/image-pulls.ts";

/** A registry with the same content as a source, by digest. Reading it costs no pulls of that source. */
export interface AlternateSource {
  source: ImageSource;
  /** Maps a repository of the source to the alternate's. Undefined where the alternate must not be asked. */
  repositoryAt(repository: string): string | undefined;
}

/**
 * Makes a source that reads content at its alternates first, by digest and in their order, and at itself last. Where an
 * alternate lacks content or fails, the next place is read. Content that an alternate sent wrong is not read there again.
 * @param rate least rate of a blob from an alternate. An answer must start within its interval, retries included
 * @param isPublic whether a repository of the source is public: alternates are not asked about private ones
 */
export function withAlternates(
  main: ImageSource,
  alternates: readonly AlternateSource[],
  isPublic: IsPublic,
  clock: Clock,
  rate: MinimumRate = ALTERNATE_RATE,
): ImageSource {
  if (alternates.length === 0) return main;
  /** By alternate, the digests and blobs that it failed to deliver: not requested there again in this run. */
  const failed = alternates.map(() => new Set<string>());
  /** By alternate, whether it is unreachable, too slow or behind web pages: not asked again in this run. */
  const isDown = alternates.map(() => false);
  /** The index of the alternate that delivered a blob last. */
  const deliveredBy = new Map<string, number>();

  return {
    name: main.name,
    readManifest: (repository, wanted, signal, pulls) =>
      readFirst(
        repository,
        wanted.digest,
        wanted.digest,
        signal,
        async ({ source }, place, _index, deadline) => {
          const manifest = await source.readManifest(place, wanted, deadline, UNCOUNTED);
          return asPlanned(manifest, wanted, `${source.name}/${place}`);
        },
        () => main.readManifest(repository, wanted, signal, pulls),
        true,
      ),
    openBlob(repository, blob, offset, signal) {
      const openAtMain = () => main.openBlob(repository, blob, offset, signal);
      // Blobs cost no pulls, so a failed download is resumed at the source itself.
      if (offset > 0) return openAtMain();
      const key = blobKey(blob);
      return readFirst(
        repository,
        key,
        blob,
        signal,
        async ({ source }, place, i, deadline) => {
          const stream = await source.openBlob(place, blob, 0, deadline);
          deliveredBy.set(key, i);
          return withMinimumRate(stream, {
            rate,
            clock,
            tooSlow(bytes, milliseconds) {
              failed[i]?.add(key);
              isDown[i] = true;
              const host = source.name;
              const subject = { side: "source", operation: "read blob", reference: blob.digest, host } as const;
              return tooSlow(subject, "sent", bytes, "the blob", milliseconds);
            },
          });
        },
        openAtMain,
        false,
      );
    },
    distrust(blob) {
      const key = blobKey(blob);
      const alternate = deliveredBy.get(key);
      deliveredBy.delete(key);
      if (alternate === undefined) return main.distrust?.(blob) === true;
      failed[alternate]?.add(key);
      return true;
    },
  };

  async function readFirst<T>(
    repository: string,
    key: string,
    content: Digest | Descriptor,
    signal: AbortSignal,
    readAt: (alternate: AlternateSource, place: string, index: number, deadline: AbortSignal) => Promise<T>,
    readAtMain: () => Promise<T>,
    isManifest: boolean,
  ): Promise<T> {
    for (const [i, alternate] of alternates.entries()) {
      const place = alternate.repositoryAt(repository);
      if (place === undefined || isDown[i] === true || failed[i]?.has(key) === true) continue;
      const late = new AbortController();
      // Ended once the answer has started: a large blob may take longer, as long as it keeps the minimum rate.
      const started = clock.after(rate.milliseconds, () => late.abort(new Error("the alternate is too slow")));
      const deadline = AbortSignal.any([signal, late.signal]);
      try {
        if (!(await isPublic(repository, content, deadline))) break;
        return await readAt(alternate, place, i, deadline);
      } catch (error) {
        if (signal.aborted) throw error;
        failed[i]?.add(key);
        // A late blob may have waited for a download slot. A late manifest means that the alternate is slow.
        if (isUnavailable(error) || (isManifest && late.signal.aborted)) isDown[i] = true;
      } finally {
        started();
      }
    }
    return readAtMain();
  }
}

const UNAVAILABLE: ReadonlySet<string> = new Set([
  "UNREACHABLE",
  "TIMEOUT",
  "TLS",
  "SERVER_ERROR",
  "TOO_MANY_REQUESTS",
]);

/** What lacks a manifest or blob may have others, even if it says so with a web page. */
const ABSENT: ReadonlySet<string> = new Set(["MANIFEST_UNKNOWN", "BLOB_UNKNOWN", "REPOSITORY_UNKNOWN"]);

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof MirrorError)) return false;
  return UNAVAILABLE.has(error.code) || (error.isWebPage && !ABSENT.has(error.code));
}
