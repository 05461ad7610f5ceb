import type { Digest } from "../../oci/digest.ts";
import { createBlobCopier, type BlobCopier } from "../blobs/blob-copier.ts";
import type { BlobContext } from "../blobs/blob-request.ts";
import type { ImageSource, ImageTarget } from "../ports.ts";
import { createChildManifests, type ChildManifests } from "./child-manifests.ts";
import { createManifestReader, type ManifestReader, type ReadManifest } from "./manifest-reader.ts";

/** What copies from one source to one target work with. */
export interface CopyResources {
  /** The source's registry, for errors: `docker.io`. */
  registry: string;
  source: ImageSource;
  reader: ManifestReader;
  blobs: BlobCopier;
  children: ChildManifests;
  target: ImageTarget;
}

/**
 * Makes the resources of a run. Each source has one manifest reader, and the readers share the manifests that they have
 * read. The blob copier and the child manifests are shared by all copies.
 */
export function createCopyResources(
  source: (registry: string) => ImageSource,
  target: (name: string) => ImageTarget,
  context: BlobContext,
): (registry: string, targetName: string) => CopyResources {
  const readers = new Map<string, { source: ImageSource; reader: ManifestReader }>();
  const manifests = new Map<Digest, ReadManifest>();
  const createReader = (registry: string) => {
    const of = source(registry);
    return { source: of, reader: createManifestReader(registry, of, manifests) };
  };
  const blobs = createBlobCopier(context);
  const children = createChildManifests();
  return (registry, targetName) => {
    const known = readers.get(registry) ?? createReader(registry);
    readers.set(registry, known);
    return { registry, ...known, blobs, children, target: target(targetName) };
  };
}
