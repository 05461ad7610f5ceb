import pLimit from "p-limit";

import { MirrorError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { ActualTarget, HeldManifest } from "./actual.ts";

/** Manifests of one target read at the same time. */
const READS_AT_ONCE = 12;

/** A digest to look for in a repository of a target. */
export interface SoughtManifest {
  repository: string;
  digest: Digest;
}

/** The parts of a target that looking for a manifest needs. */
interface ManifestTarget {
  readManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<Manifest>;
  /** Also whether everything that the manifest refers to is there, as far as the target knows. */
  hasManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<boolean>;
}

/**
 * Finds manifests that repositories of a target have, whether or not a tag names them. One that cannot be read counts as
 * absent: the source is asked for it.
 */
export async function readHeldManifests(
  actual: ActualTarget,
  target: ManifestTarget,
  sought: readonly SoughtManifest[],
  signal: AbortSignal,
): Promise<ActualTarget> {
  const distinct = new Map(sought.map((each) => [`${each.repository}@${each.digest}`, each]));
  const manifests = new Map([...(actual.manifests ?? [])].map(([repository, held]) => [repository, new Map(held)]));
  await pLimit(READS_AT_ONCE).map(distinct.values(), async ({ repository, digest }) => {
    const held = await find(target, repository, digest, signal);
    if (held === undefined) return;
    manifests.set(repository, (manifests.get(repository) ?? new Map<Digest, HeldManifest>()).set(digest, held));
  });
  return manifests.size === 0 ? actual : { ...actual, manifests };
}

async function find(
  target: ManifestTarget,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<HeldManifest | undefined> {
  try {
    const { mediaType, bytes } = await target.readManifest(repository, digest, signal);
    return (await target.hasManifest(repository, digest, signal)) ? { mediaType, size: bytes.length } : undefined;
  } catch (error) {
    if (signal.aborted || !(error instanceof MirrorError)) throw error;
    return undefined;
  }
}
