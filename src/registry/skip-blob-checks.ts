import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { RegistryTarget } from "./registry-target.ts";

/** Bytes of a blob that is as soon sent as asked for. A larger one is always asked for: a run that was killed may have brought it. */
const SMALL_BLOB = 512 * 1024;

/**
 * The same target, but in a repository that the registry did not know when it was first asked no small blob is looked
 * for that we did not put there: it is missing. That saves a request for each blob, for one for each repository.
 */
export function skipBlobChecks(target: RegistryTarget): RegistryTarget {
  const unknown = new Map<string, Promise<boolean>>();
  const brought = new Set<string>();
  const keyOf = (repository: string, digest: Digest): string => `${repository}@${digest}`;

  /** Asked before anything of ours is there. */
  const wasUnknown = (repository: string, signal: AbortSignal): Promise<boolean> => {
    const known = unknown.get(repository) ?? target.isUnknown(repository, signal);
    unknown.set(repository, known);
    return known;
  };

  return {
    ...target,
    async hasManifest(repository, digest, signal) {
      const isThere = await target.hasManifest(repository, digest, signal);
      // Blobs will be asked about next: until then the answer is there. Who aborts hears of it there too.
      if (!isThere) wasUnknown(repository, signal).catch(() => {});
      return isThere;
    },
    async missingBlobs(repository, blobs, signal) {
      if (!(await wasUnknown(repository, signal))) return target.missingBlobs(repository, blobs, signal);
      const isSmall = ({ size }: Descriptor): boolean => size <= SMALL_BLOB;
      const large = blobs.filter((blob) => !isSmall(blob));
      const missing = new Set(await target.missingBlobs(repository, large, signal));
      return blobs.filter((blob) => (isSmall(blob) ? !brought.has(keyOf(repository, blob.digest)) : missing.has(blob)));
    },
    async putBlob(repository, blob, body, signal, begun) {
      await target.putBlob(repository, blob, body, signal, begun);
      brought.add(keyOf(repository, blob.digest));
    },
    async mountBlob(repository, blob, from, signal) {
      const mounted = await target.mountBlob(repository, blob, from, signal);
      if (mounted.isThere) brought.add(keyOf(repository, blob.digest));
      return mounted;
    },
  };
}
