import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import type { Store } from "../../../src/sandbox/registry/registry-store.ts";

/**
 * Stores an index with one image, both without a top-level `mediaType`. The OCI image-spec allows that, and some builders
 * create such images.
 * @returns the digests of the image and of the index
 */
export function storeBareImage(store: Store, name: string, tag: string): Digest[] {
  const repository = store.create(name);
  const blob = (mediaType: string, text: string): Descriptor => {
    const bytes = Buffer.from(text);
    store.putBlob(repository, digestOf(bytes), bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  };
  const manifest = (mediaType: string, body: object, tags: readonly string[]): Descriptor => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...body }, undefined, 2));
    const digest = digestOf(bytes);
    store.putManifest(repository, { bytes, mediaType, digest }, tags);
    return { mediaType, digest, size: bytes.byteLength };
  };
  const config = blob("application/vnd.oci.image.config.v1+json", '{"os":"linux","architecture":"amd64"}');
  const layers = [blob("application/vnd.oci.image.layer.v1.tar", "a layer")];
  const image = manifest(OCI_MANIFEST, { config, layers }, []);
  const platform = { os: "linux", architecture: "amd64" };
  const index = manifest(OCI_INDEX, { manifests: [{ ...image, platform }] }, [tag]);
  return [image.digest, index.digest];
}
