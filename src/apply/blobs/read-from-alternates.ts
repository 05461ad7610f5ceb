import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { IsPublic } from "../../registry/api/public-repositories.ts";
import { UNCOUNTED } from "../pulls/image-pulls.ts";
import { withMinimumRate } from "./minimum-rate.ts";
import type { ImageSource } from "../ports.ts";

/** A place that has the same content as a source, by digest, and counts no pulls of that source. */
export interface AlternateSource {
  source: ImageSource;
  /** The repository there; undefined for one that must not be asked for there. */
  repositoryAt(repository: string): string | undefined;
}

/** How patient one is with alternates. */
interface Patience {
  milliseconds: number;
  /** Bytes of a blob in each such span. */
  leastBytes: number;
}

/**
 * How long an alternate may take to begin its answer, tries included: it is a short cut, and has to be one. A blob that
 * brings less is as good as nothing.
 */
const PATIENCE: Patience = { milliseconds: 15_000, leastBytes: 64 * 1024 };

/**
 * A source whose bytes are read at its alternates first, by digest, one after the other, and at itself last. A gap or a
 * failure of an alternate costs the next place being asked, and so does a lie: what it served wrong is not read there again.
 * @param isPublic of the source's repositories: others are not asked for at an alternate
 */
export function withAlternates(
  main: ImageSource,
  alternates: readonly AlternateSource[],
  isPublic: IsPublic,
  { milliseconds, leastBytes }: Patience = PATIENCE,
): ImageSource {
  if (alternates.length === 0) return main;
  /** Content that an alternate failed with: never asked of it again in this run. */
  const refused = alternates.map(() => new Set<Digest>());
  /** Alternates that do not answer: left alone for the rest of the run. */
  const isDown = alternates.map(() => false);
  /** Which alternate served a blob last. */
  const servedBy = new Map<Digest, number>();

  return {
    readManifest: (repository, digest, signal, pulls) =>
      firstOf(
        repository,
        digest,
        digest,
        signal,
        ({ source }, place, _index, patience) => source.readManifest(place, digest, patience, UNCOUNTED),
        () => main.readManifest(repository, digest, signal, pulls),
        true,
      ),
    openBlob(repository, blob, offset, signal) {
      const own = () => main.openBlob(repository, blob, offset, signal);
      // Where a stream broke off, the source itself goes on: blobs cost no pull.
      if (offset > 0) return own();
      return firstOf(
        repository,
        blob.digest,
        blob,
        signal,
        async ({ source }, place, i, patience) => {
          const stream = await source.openBlob(place, blob, 0, patience);
          servedBy.set(blob.digest, i);
          return withMinimumRate(stream, blob, milliseconds, leastBytes, () => {
            refused[i]?.add(blob.digest);
            isDown[i] = true;
          });
        },
        own,
        false,
      );
    },
    distrust(digest) {
      const liar = servedBy.get(digest);
      servedBy.delete(digest);
      if (liar === undefined) return main.distrust?.(digest) === true;
      refused[liar]?.add(digest);
      return true;
    },
  };

  async function firstOf<T>(
    repository: string,
    digest: Digest,
    content: Digest | Descriptor,
    signal: AbortSignal,
    ask: (alternate: AlternateSource, place: string, index: number, patience: AbortSignal) => Promise<T>,
    last: () => Promise<T>,
    isManifest: boolean,
  ): Promise<T> {
    for (const [i, alternate] of alternates.entries()) {
      const place = alternate.repositoryAt(repository);
      if (place === undefined || isDown[i] === true || refused[i]?.has(digest) === true) continue;
      const late = new AbortController();
      // Ended once the answer has begun: a large blob may take as long as it takes, while it gets on.
      const timer = setTimeout(() => late.abort(new Error("the alternate is too slow")), milliseconds);
      const patience = AbortSignal.any([signal, late.signal]);
      try {
        if (!(await isPublic(repository, content, patience))) break;
        return await ask(alternate, place, i, patience);
      } catch (error) {
        if (signal.aborted) throw error;
        refused[i]?.add(digest);
        // A late blob may only have waited for others; a late manifest is a sign.
        if (isOutOfReach(error) || (isManifest && late.signal.aborted)) isDown[i] = true;
      } finally {
        clearTimeout(timer);
      }
    }
    return last();
  }
}

const OUT_OF_REACH: ReadonlySet<string> = new Set([
  "UNREACHABLE",
  "TIMEOUT",
  "TLS",
  "SERVER_ERROR",
  "TOO_MANY_REQUESTS",
]);

function isOutOfReach(error: unknown): boolean {
  return error instanceof MirrorError && OUT_OF_REACH.has(error.code);
}
