import type { Digest } from "../../oci/digest.ts";
import { foreignLayersOf, readManifest, type Manifest } from "../../oci/manifest.ts";

/**
 * Remembers the foreign layers of manifests that were put, because a registry may ask for those of an image only when an
 * index that contains it is put. Few images have any, so the memory stays small.
 */
export function createForeignLayers() {
  const known = new Map<Digest, readonly string[]>();
  return {
    /** Records a manifest. @returns the digests of its own foreign layers, and of those of its children */
    record(manifest: Manifest): readonly string[] {
      const found = [
        ...new Set([...foreignLayersOf(manifest), ...childrenOf(manifest).flatMap((child) => known.get(child) ?? [])]),
      ];
      if (found.length > 0) known.set(manifest.digest, found);
      return found;
    },
  };

  function childrenOf(manifest: Manifest): Digest[] {
    if (known.size === 0) return [];
    const content = readManifest(manifest);
    return content.kind === "index" ? content.manifests.map(({ digest }) => digest) : [];
  }
}
