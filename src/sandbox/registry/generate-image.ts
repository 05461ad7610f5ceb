import { createCipheriv, createHash } from "node:crypto";
import type { Descriptor } from "../../oci/descriptor.ts";
import { digestOf, type Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from "../../oci/media-type.ts";
import type { Platform } from "../../oci/platforms/platform.ts";
import type { Repository, Store } from "./registry-store.ts";
import { gzipStored, tar } from "./tar.ts";

/** An image generated from its name. */
export interface GeneratedImage {
  /** The manifest that a tag points at: an index, or an image manifest. */
  top: Manifest;
  /** All manifests, children before parents. */
  manifests: Manifest[];
  blobs: Map<Digest, Uint8Array>;
}

/** Options of {@link generateImage}. The default is what BuildKit builds for two platforms. */
export interface ImageOptions {
  /**
   * `oci-index`: several platforms with BuildKit's attestations. `docker-list`: a Docker manifest list without
   * attestations. `oci-manifest`, `docker-manifest`: one image for the first platform.
   */
  form?: "oci-index" | "docker-list" | "oci-manifest" | "docker-manifest";
  platforms?: readonly Platform[];
  /** Number of layers of each platform. Images with the same {@link ImageOptions.base} share the first layer. */
  layers?: number;
  /** Size of the file in each layer, in bytes. */
  layerBytes?: number;
  /** Different revisions of a name have different content, as when a tag moves upstream. */
  revision?: number;
  /** Images with the same base share the first layer of each platform (default: the name without its tag). */
  base?: string;
}

const DEFAULT_PLATFORMS: readonly Platform[] = [
  { os: "linux", architecture: "amd64" },
  { os: "linux", architecture: "arm64", variant: "v8" },
];
const DEFAULT_LAYERS = 2;
const DEFAULT_LAYER_BYTES = 16 * 1024;
/** The creation date of all generated images. */
const CREATED = "2026-01-01T00:00:00Z";

/**
 * Generates an image. The same name and options yield the same bytes on every machine and Node version.
 * @param name any text, such as `docker.io/library/python:3.7`
 */
export function generateImage(name: string, options: ImageOptions = {}): GeneratedImage {
  const {
    form = "oci-index",
    platforms = DEFAULT_PLATFORMS,
    layers = DEFAULT_LAYERS,
    layerBytes = DEFAULT_LAYER_BYTES,
    revision = 1,
    base = name.replace(/:[^:/]*$/, ""),
  } = options;
  const image: Omit<GeneratedImage, "top"> = { manifests: [], blobs: new Map() };
  const isDocker = form === "docker-list" || form === "docker-manifest";
  const isSingle = form === "oci-manifest" || form === "docker-manifest";
  const children: Record<string, unknown>[] = [];

  for (const platform of isSingle ? platforms.slice(0, 1) : platforms) {
    const seed = `${name}|${revision}|${JSON.stringify(platform)}`;
    const tarballs = Array.from({ length: layers }, (_, layer) =>
      layerTar(layer === 0 ? `${base}|${JSON.stringify(platform)}` : `${seed}|${layer}`, layer, layerBytes),
    );
    const child = addImage(image, tarballs, platform, seed, isDocker);
    children.push({ ...child, platform: platformJson(platform) });
    if (form === "oci-index") children.push(addAttestation(image, child.digest, name));
  }

  const index = { schemaVersion: 2, mediaType: isDocker ? DOCKER_LIST : OCI_INDEX, manifests: children };
  if (!isSingle) addManifest(image, index.mediaType, index);
  const top = image.manifests.at(-1);
  if (top === undefined) throw new Error("an image needs a platform");
  return { ...image, top };
}

/** Stores an image: the blobs, then the manifests, with the tag on the last one. */
export function storeImage(store: Store, repository: Repository, image: GeneratedImage, tag?: string): void {
  for (const [digest, bytes] of image.blobs) store.putBlob(repository, digest, bytes);
  for (const manifest of image.manifests) {
    store.putManifest(repository, manifest, tag !== undefined && manifest === image.top ? [tag] : []);
  }
}

function addImage(
  image: Omit<GeneratedImage, "top">,
  tarballs: readonly Buffer[],
  platform: Platform,
  seed: string,
  isDocker: boolean,
): Descriptor {
  const config = addBlob(
    image,
    isDocker ? "application/vnd.docker.container.image.v1+json" : "application/vnd.oci.image.config.v1+json",
    Buffer.from(
      JSON.stringify({
        created: CREATED,
        ...platformJson(platform),
        config: { Cmd: ["/bin/true"], Labels: { "mirrorform.sandbox": seed } },
        rootfs: { type: "layers", diff_ids: tarballs.map(digestOf) },
        history: tarballs.map((_, layer) => ({ created: CREATED, created_by: `layer ${layer}` })),
      }),
    ),
  );
  const layerType = isDocker
    ? "application/vnd.docker.image.rootfs.diff.tar.gzip"
    : "application/vnd.oci.image.layer.v1.tar+gzip";
  const layers = tarballs.map((tarball) => addBlob(image, layerType, gzipStored(tarball)));
  const mediaType = isDocker ? DOCKER_MANIFEST : OCI_MANIFEST;
  return addManifest(image, mediaType, { schemaVersion: 2, mediaType, config, layers });
}

/** Returns a platform as indexes and configs have it (OCI image-spec, image-index.md). */
function platformJson({ osVersion, ...platform }: Platform): Record<string, string> {
  return { ...platform, ...(osVersion === undefined ? {} : { "os.version": osVersion }) };
}

/** Adds BuildKit's provenance: a child with the platform `unknown/unknown` that references its image. */
function addAttestation(image: Omit<GeneratedImage, "top">, subject: Digest, name: string): Record<string, unknown> {
  const statement = Buffer.from(
    JSON.stringify({
      _type: "https://in-toto.io/Statement/v0.1",
      predicateType: "https://slsa.dev/provenance/v0.2",
      subject: [{ name, digest: { sha256: subject.slice("sha256:".length) } }],
      predicate: { buildType: "https://mobyproject.org/buildkit@v1" },
    }),
  );
  const layer = {
    ...addBlob(image, "application/vnd.in-toto+json", statement),
    annotations: { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2" },
  };
  const platform = { architecture: "unknown", os: "unknown" };
  const config = addBlob(
    image,
    "application/vnd.oci.image.config.v1+json",
    Buffer.from(JSON.stringify({ ...platform, config: {}, rootfs: { type: "layers", diff_ids: [layer.digest] } })),
  );
  return {
    ...addManifest(image, OCI_MANIFEST, {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config,
      layers: [layer],
    }),
    annotations: {
      "vnd.docker.reference.digest": subject,
      "vnd.docker.reference.type": "attestation-manifest",
    },
    platform,
  };
}

/** Adds a manifest as indented JSON, as BuildKit writes it: a client that reformats JSON gets a different digest. */
function addManifest(image: Omit<GeneratedImage, "top">, mediaType: string, body: unknown): Descriptor {
  const bytes = Buffer.from(JSON.stringify(body, undefined, 2));
  const digest = digestOf(bytes);
  image.manifests.push({ bytes, mediaType, digest });
  return { mediaType, digest, size: bytes.byteLength };
}

function addBlob(image: Omit<GeneratedImage, "top">, mediaType: string, bytes: Buffer): Descriptor {
  const digest = digestOf(bytes);
  image.blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.byteLength };
}

function layerTar(seed: string, layer: number, size: number): Buffer {
  return tar([
    { path: `sandbox/layer-${layer}.txt`, bytes: Buffer.from(`${seed}\n`) },
    { path: `sandbox/layer-${layer}.bin`, bytes: seededBytes(seed, size) },
  ]);
}

/** Generates random-looking bytes from a seed. Uses a cipher because it is fast at any size. */
function seededBytes(seed: string, size: number): Buffer {
  const key = createHash("sha256").update(seed).digest();
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
