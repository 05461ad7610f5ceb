import pLimit from "p-limit";

import { MirrorError, reportOf, type ErrorReport } from "../errors.ts";
import { sameAlgorithm, type Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { ActualTarget } from "./actual.ts";
import { isSameContent } from "./same-content.ts";

/** Manifests of one target read at the same time. */
const READS_AT_ONCE = 12;

/** A tag at a target, and the digest that its source has. */
export interface WantedDigest {
  repository: string;
  tag: string;
  digest: Digest;
}

/**
 * Finds which tags have the manifest that their source names by a digest of another algorithm. Reads only those
 * manifests. If one cannot be read, the tags of its repository count as unreadable.
 */
export async function readSourceDigests(
  actual: ActualTarget,
  target: { readManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<Manifest> },
  wanted: readonly WantedDigest[],
  signal: AbortSignal,
): Promise<ActualTarget> {
  const unlike = wanted.flatMap(({ repository, tag, digest }) => {
    const tags = actual.tags.get(repository);
    const held = tags instanceof Map ? (tags as ReadonlyMap<string, Digest>).get(tag) : undefined;
    return held === undefined || sameAlgorithm(held, digest) ? [] : [{ repository, held, digest }];
  });
  if (unlike.length === 0) return actual;
  const sourceDigests = new Map(actual.sourceDigests);
  const errors = new Map<string, ErrorReport>();
  await pLimit(READS_AT_ONCE).map(unlike, async ({ repository, held, digest }) => {
    try {
      if (await isSameContent(target, repository, held, digest, signal)) sourceDigests.set(held, digest);
    } catch (error) {
      if (signal.aborted || !(error instanceof MirrorError)) throw error;
      errors.set(repository, reportOf(error));
    }
  });
  return { ...actual, sourceDigests, tags: new Map([...actual.tags, ...errors]) };
}
