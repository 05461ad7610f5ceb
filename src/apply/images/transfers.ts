import type { Digest } from "../../oci/digest.ts";
import { createChildManifests, type ChildManifests } from "./child-manifests.ts";
import { createBlobCopier, type BlobCopier } from "../blobs/copy-blob.ts";
import type { BlobContext } from "../blobs/blob-route.ts";
import { createManifestReader, type ManifestReader, type ReadManifest } from "./manifest-reader.ts";
import type { ImageSource, ImageTarget } from "../ports.ts";

/** What a copy between one source and one target goes through. */
export interface Transfer {
  source: ImageSource;
  reader: ManifestReader;
  blobs: BlobCopier;
  children: ChildManifests;
  target: ImageTarget;
}

/** One manifest reader for each source, which know what the others received whole, one copier of blobs and one of child manifests for all, shared by the whole run. */
export function createTransfers(
  source: (registry: string) => ImageSource,
  target: (name: string) => ImageTarget,
  context: BlobContext,
): (registry: string, targetName: string) => Transfer {
  const readers = new Map<string, { source: ImageSource; reader: ManifestReader }>();
  const whole = new Map<Digest, ReadManifest>();
  const createReader = (of: ImageSource) => ({ source: of, reader: createManifestReader(of, whole) });
  const blobs = createBlobCopier(context);
  const children = createChildManifests();
  return (registry, targetName) => {
    const known = readers.get(registry) ?? createReader(source(registry));
    readers.set(registry, known);
    return { ...known, blobs, children, target: target(targetName) };
  };
}
