import { hashFor, type Digest } from "../../src/oci/digest.ts";
import type { Manifest } from "../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../src/oci/media-type.ts";
import type { Store } from "../../src/sandbox/registry/registry-store.ts";

/** Algorithms that a registry may name content by. */
export type Algorithm = "sha256" | "sha384" | "sha512";

/** Computes a digest with any algorithm. */
export function digestBy(algorithm: Algorithm, bytes: Uint8Array): Digest {
  return `${algorithm}:${hashFor(`${algorithm}:` as Digest)
    .update(bytes)
    .digest("hex")}` as Digest;
}

export interface NamedImageOptions {
  /** Names the manifest that the tag points at. */
  top: Algorithm;
  /** Names children and blobs (default: as `top`). */
  content?: Algorithm;
  /** Platforms of an index. Missing for a single image of linux/amd64. */
  platforms?: readonly string[];
  text?: string;
}

/** Stores an image whose content is named by the given algorithms, and points a tag at it. */
export function publishNamedBy(store: Store, name: string, tag: string, options: NamedImageOptions): Manifest {
  const { top, content = top, platforms, text = "one" } = options;
  const repository = store.create(name);
  const blob = (mediaType: string, bytes: Uint8Array) => {
    const digest = digestBy(content, bytes);
    store.putBlob(repository, digest, bytes);
    return { mediaType, digest, size: bytes.byteLength };
  };
  const image = (platform: string) => {
    const [os, architecture] = platform.split("/");
    const config = blob(
      "application/vnd.oci.image.config.v1+json",
      Buffer.from(JSON.stringify({ os, architecture, config: {} })),
    );
    const layer = blob("application/vnd.oci.image.layer.v1.tar", Buffer.from(`${text} for ${platform}`));
    return { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] };
  };
  const put = (algorithm: Algorithm, mediaType: string, body: object, tags: readonly string[]): Manifest => {
    const bytes = Buffer.from(JSON.stringify(body));
    const manifest = { bytes, mediaType, digest: digestBy(algorithm, bytes) };
    store.putManifest(repository, manifest, tags);
    return manifest;
  };
  if (platforms === undefined) return put(top, OCI_MANIFEST, image("linux/amd64"), [tag]);
  const manifests = platforms.map((platform) => {
    const { mediaType, digest, bytes } = put(content, OCI_MANIFEST, image(platform), []);
    const [os, architecture] = platform.split("/");
    return { mediaType, digest, size: bytes.byteLength, platform: { os, architecture } };
  });
  return put(top, OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests }, [tag]);
}
