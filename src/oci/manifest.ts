import { shortened } from "../plain-text.ts";
import { blobKey, type Descriptor } from "./descriptor.ts";
import { parseDigest } from "./digest.ts";
import { isJsonObject, parseJsonObject } from "./json-object.ts";
import {
  isForeignLayer,
  isImageType,
  isIndexType,
  isSchema1Type,
  SCHEMA_1_MESSAGE,
  unknownTypeMessage,
} from "./media-type.ts";
import { readManifestDocument } from "./documents/misread-keys.ts";
import { readPlatform } from "./platforms/platform.ts";

/** A manifest as received. `bytes` must never change, because the digest depends on them. */
export interface Manifest {
  bytes: Uint8Array;
  mediaType: string;
  digest: Descriptor["digest"];
}

/** What a manifest refers to. */
export type ManifestContent =
  | { kind: "index"; manifests: Descriptor[] }
  /** `blobs` are the config and the layers. */
  | { kind: "image"; config: Descriptor; blobs: Descriptor[] };

/** Why a manifest cannot be mirrored. */
export interface ManifestProblem {
  kind: "invalid" | "schema-1" | "unknown-media-type";
  message: string;
}

/** Largest manifest that registries must accept and that ECR stores: 4 MiB (distribution-spec; ECR quotas). */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * Most manifests in an index, each of which may cost a pull. The largest official images have about thirty platforms,
 * each with an attestation.
 */
export const MAX_INDEX_MANIFESTS = 1_000;

/**
 * Reads the descriptors in a manifest. `blobs` has each distinct blob once, without foreign layers.
 * Follows OCI image-spec, manifest.md and image-index.md, and Docker manifest v2 schema 2.
 */
export function readManifest(manifest: Manifest): ManifestContent | ManifestProblem {
  const { mediaType } = manifest;
  if (isSchema1Type(mediaType)) {
    return { kind: "schema-1", message: SCHEMA_1_MESSAGE };
  }
  if (!isIndexType(mediaType) && !isImageType(mediaType)) {
    return { kind: "unknown-media-type", message: unknownTypeMessage(mediaType) };
  }
  const document = readManifestDocument(manifest.bytes);
  if (document.kind === "not-an-object") return invalid("the manifest is not a JSON object, or is nested too deeply");
  if (document.kind === "ambiguous") return invalid(document.problem);
  const { value: body } = document;
  const declared = body["mediaType"];
  if (declared !== undefined && declared !== mediaType) {
    const type = typeof declared === "string" ? `media type "${shortened(declared)}"` : "a media type that is not text";
    return invalid(`the manifest declares ${type}, but was served as "${mediaType}"`);
  }
  if (isIndexType(mediaType)) {
    // Other clients may read an ambiguous document as the other kind (CVE-2021-41190).
    if ("config" in body || "layers" in body) return invalid("the index also has a config or layers");
    const manifests = descriptors(body["manifests"]);
    if (manifests === undefined) return invalid("the index has no valid list of manifests");
    if (manifests.length <= MAX_INDEX_MANIFESTS) return { kind: "index", manifests };
    return invalid(`the index lists ${manifests.length} manifests; mirrorform reads at most ${MAX_INDEX_MANIFESTS}`);
  }
  if ("manifests" in body) return invalid("the image manifest also has a list of manifests");
  const config = descriptor(body["config"]);
  const layers = descriptors(body["layers"]);
  if (config === undefined || layers === undefined) return invalid("the manifest has no valid config or layers");
  const blobs = distinctBlobs([config, ...layers]);
  const repeated = repeatedDigest(blobs);
  if (repeated !== undefined) return invalid(`the manifest states two sizes for ${repeated}`);
  return { kind: "image", config, blobs };
}

/** Returns the digests of a manifest's foreign layers, which `readManifest` leaves out. */
export function foreignLayersOf(manifest: Manifest): string[] {
  const layers = descriptors(parseJsonObject(manifest.bytes)?.["layers"]) ?? [];
  return layers.filter(({ mediaType }) => isForeignLayer(mediaType)).map(({ digest }) => digest);
}

/** Whether content that a registry misses can be a manifest's own, and not that of an image inside an index. */
export function canNeed(manifest: Manifest, digest: string): boolean {
  return !isIndexType(manifest.mediaType) || Buffer.from(manifest.bytes).includes(digest);
}

function distinctBlobs(all: Descriptor[]): Descriptor[] {
  const distinct = new Map<string, Descriptor>();
  for (const blob of all) {
    if (!isForeignLayer(blob.mediaType)) distinct.set(blobKey(blob), blob);
  }
  return [...distinct.values()];
}

/** Returns a digest that several blobs have, which then differ in size. */
function repeatedDigest(blobs: readonly Descriptor[]): string | undefined {
  const seen = new Set<string>();
  return blobs.find(({ digest }) => seen.size === seen.add(digest).size)?.digest;
}

function invalid(message: string): ManifestProblem {
  return { kind: "invalid", message };
}

function descriptors(value: unknown): Descriptor[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const read = value.map(descriptor);
  return read.includes(undefined) ? undefined : (read as Descriptor[]);
}

/** The annotation of a BuildKit attestation with the digest of its subject (BuildKit, attestation-storage.md). */
const ATTESTS = "vnd.docker.reference.digest";

function descriptor(value: unknown): Descriptor | undefined {
  if (!isJsonObject(value)) return undefined;
  const { mediaType, digest, size } = value;
  const parsed = typeof digest === "string" ? parseDigest(digest) : undefined;
  if (typeof mediaType !== "string" || parsed === undefined) return undefined;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
  const platform = isJsonObject(value["platform"]) ? readPlatform(value["platform"]) : undefined;
  const annotations = isJsonObject(value["annotations"]) ? value["annotations"] : {};
  const attests = annotations[ATTESTS];
  return {
    mediaType,
    digest: parsed,
    size,
    ...(platform === undefined ? {} : { platform }),
    ...(typeof attests === "string" ? { attests } : {}),
  };
}
