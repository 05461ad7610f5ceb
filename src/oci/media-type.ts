/** An index of OCI. The media types that mirrorform knows are of OCI image-spec, media-types.md, and of Docker. */
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
/** An image of OCI. OCI image-spec, manifest.md. */
export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
/** An index of Docker, the manifest list. Docker manifest v2 schema 2. */
export const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
/** An image of Docker. Docker manifest v2 schema 2. */
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

/**
 * All four kinds, always sent together: ECR translates a manifest read by tag when `Accept` lacks
 * the stored kind, and then bytes and digest differ (ECR user guide, image-manifest-formats).
 */
export const MANIFEST_MEDIA_TYPES = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST] as const;

/** Docker manifest v2 schema 1, signed or not: deprecated since 2017, its digest is not that of its bytes. */
const SCHEMA_1 = new Set([
  "application/vnd.docker.distribution.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v1+prettyjws",
]);

/** What is wrong with such a manifest, ... */
export const SCHEMA_1_MESSAGE = "the image has a Docker schema 1 manifest, which no digest names reliably";
/** ... and what to do about it. */
export const SCHEMA_1_HINT =
  "Pull the image with a current client and push it again: that writes a schema 2 or OCI manifest.";

/** Layers that a registry need not hold: they are neither looked for nor copied. */
const FOREIGN_LAYER =
  /^application\/vnd\.(?:docker\.image\.rootfs\.foreign\.diff\.tar|oci\.image\.layer\.nondistributable\.v1\.tar)/;

/** `application/json; charset=utf-8` -> `application/json`. */
export function bareMediaType(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** Whether the type is that of an index: OCI image index, or Docker's manifest list. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_LIST;
}

/** Whether the type is that of the manifest of one image: OCI's, or Docker's schema 2. */
export function isImageType(mediaType: string): boolean {
  return mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST;
}

/** Whether the type is Docker's schema 1. */
export function isSchema1Type(mediaType: string): boolean {
  return SCHEMA_1.has(mediaType);
}

/** Whether a layer is one that registries need not hold. */
export function isForeignLayer(mediaType: string): boolean {
  return FOREIGN_LAYER.test(mediaType);
}
