import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { RegistryTarget } from "./registry-target.ts";

/**
 * A blob up to this size in bytes is as fast to upload as to check. Larger ones are checked: a killed run may have
 * uploaded them.
 */
const SMALL_BLOB = 512 * 1024;

/**
 * Wraps a target so that small blobs in a new repository count as missing without a check, unless this run uploaded
 * them. This replaces a request for each blob with one for each repository.
 */
export function skipBlobChecks(target: RegistryTarget): RegistryTarget {
  const unknown = new Map<string, Promise<boolean>>();
  const uploaded = new Set<string>();
  const keyOf = (repository: string, digest: Digest): string => `${repository}@${digest}`;

  /** Whether the repository did not exist before this run wrote to it. */
  const wasUnknown = (repository: string, signal: AbortSignal): Promise<boolean> => {
    const isUnknown = unknown.get(repository) ?? target.isUnknown(repository, signal);
    unknown.set(repository, isUnknown);
    return isUnknown;
  };

  return {
    ...target,
    async hasManifest(repository, digest, signal) {
      const isThere = await target.hasManifest(repository, digest, signal);
      // Starts the check early, because blobs are checked next. That check reports an abort.
      if (!isThere) wasUnknown(repository, signal).catch(() => {});
      return isThere;
    },
    async missingBlobs(repository, blobs, signal) {
      if (!(await wasUnknown(repository, signal))) return target.missingBlobs(repository, blobs, signal);
      const isSmall = ({ size }: Descriptor): boolean => size <= SMALL_BLOB;
      const large = blobs.filter((blob) => !isSmall(blob));
      const missing = new Set(await target.missingBlobs(repository, large, signal));
      return blobs.filter((blob) =>
        isSmall(blob) ? !uploaded.has(keyOf(repository, blob.digest)) : missing.has(blob),
      );
    },
    async putBlob(repository, blob, body, signal, begun) {
      await target.putBlob(repository, blob, body, signal, begun);
      uploaded.add(keyOf(repository, blob.digest));
    },
    async mountBlob(repository, blob, from, signal) {
      const mounted = await target.mountBlob(repository, blob, from, signal);
      if (mounted.isThere) uploaded.add(keyOf(repository, blob.digest));
      return mounted;
    },
  };
}
