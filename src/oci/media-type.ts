import { shortened } from "../plain-text.ts";

/** OCI image index (OCI image-spec, media-types.md). */
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
/** OCI image manifest (OCI image-spec, manifest.md). */
export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
/** Docker manifest list (Docker manifest v2 schema 2). */
export const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
/** Docker image manifest (Docker manifest v2 schema 2). */
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

/**
 * The media types to send in `Accept`, always together. If the stored type is missing from `Accept`, ECR converts a
 * manifest read by tag, which changes its bytes and digest (ECR user guide, image-manifest-formats).
 */
export const MANIFEST_MEDIA_TYPES = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST] as const;

/**
 * Docker manifest v2 schema 1, unsigned and signed. Deprecated since 2017; its digest is not the digest of its bytes.
 */
const SCHEMA_1 = new Set([
  "application/vnd.docker.distribution.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v1+prettyjws",
]);

/** The error message for a schema 1 manifest. */
export const SCHEMA_1_MESSAGE = "the image has a Docker schema 1 manifest, which cannot be verified by digest";
/** The hint for a schema 1 manifest. */
export const SCHEMA_1_HINT =
  "pull the image with a current client and push it again, which writes a schema 2 or OCI manifest";

/** Layers that registries need not store. They are neither checked nor copied. */
const FOREIGN_LAYER =
  /^application\/vnd\.(?:docker\.image\.rootfs\.foreign\.diff\.tar|oci\.image\.layer\.nondistributable\.v1\.tar)/;

/** Strips the parameters: `application/json; charset=utf-8` becomes `application/json`. */
export function bareMediaType(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** Whether the type does not identify a manifest: some registries and caches serve manifests with such a type. */
export function isGenericType(mediaType: string): boolean {
  return GENERIC.has(mediaType);
}

/** Returns the message for a manifest whose type mirrorform does not know. */
export function unknownTypeMessage(mediaType: string): string {
  return mediaType === ""
    ? "the registry sends the manifest without a media type"
    : `mirrorform does not support manifests of type "${shortened(mediaType)}"`;
}

const GENERIC = new Set(["", "application/json", "application/octet-stream", "text/plain", "binary/octet-stream"]);

/** Whether the type is an index: an OCI image index or a Docker manifest list. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_LIST;
}

/** Whether the type is the manifest of one image: OCI or Docker schema 2. */
export function isImageType(mediaType: string): boolean {
  return mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST;
}

/** Whether the type is Docker manifest v2 schema 1. */
export function isSchema1Type(mediaType: string): boolean {
  return SCHEMA_1.has(mediaType);
}

/** Whether registries need not store a layer of this type. */
export function isForeignLayer(mediaType: string): boolean {
  return FOREIGN_LAYER.test(mediaType);
}
