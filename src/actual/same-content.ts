import { MirrorError } from "../errors.ts";
import { matchesDigest, sameAlgorithm, type Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";

/** The part of a target that comparing its content needs. */
interface ManifestHolder {
  readManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<Manifest>;
}

/**
 * Whether a manifest of a target is the one that the source names by `wanted`. Digests of one algorithm are compared;
 * otherwise the manifest is read and hashed, as a registry may name by sha256 what the source names by sha512.
 */
export async function isSameContent(
  target: ManifestHolder,
  repository: string,
  held: Digest,
  wanted: Digest,
  signal: AbortSignal,
): Promise<boolean> {
  if (sameAlgorithm(held, wanted)) return held === wanted;
  try {
    return matchesDigest((await target.readManifest(repository, held, signal)).bytes, wanted);
  } catch (error) {
    // Replaced and removed after its tag was read, so it is not the wanted manifest.
    if (error instanceof MirrorError && error.code === "MANIFEST_UNKNOWN") return false;
    throw error;
  }
}
