import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { MirrorError } from "../errors.ts";

/** The methods of a target that write a manifest, and show whether it is there. */
interface ManifestTarget {
  readTags(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Digest>>;
  hasManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<boolean>;
  putManifest(repository: string, tag: string | undefined, manifest: Manifest, signal: AbortSignal): Promise<void>;
}

/**
 * Returns a `putManifest` that succeeds if the target throttled every attempt but has the manifest, under the tag if
 * there is one: another run has put it meanwhile, or an attempt whose response was lost.
 * @throws MirrorError as `putManifest` does
 */
export function confirmingPut({ readTags, hasManifest, putManifest }: ManifestTarget): ManifestTarget["putManifest"] {
  return async (repository, tag, manifest, signal) => {
    try {
      await putManifest(repository, tag, manifest, signal);
    } catch (error) {
      const isThrottled = error instanceof MirrorError && error.code === "TOO_MANY_REQUESTS";
      if (!isThrottled || !(await isPresent(repository, tag, manifest, signal).catch(() => false))) throw error;
    }
  };

  async function isPresent(
    repository: string,
    tag: string | undefined,
    { digest }: Manifest,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (tag === undefined) return hasManifest(repository, digest, signal);
    return (await readTags(repository, [tag], signal)).get(tag) === digest;
  }
}
