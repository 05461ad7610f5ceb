import type { Digest } from "../../../oci/digest.ts";
import { readManifest, type Manifest } from "../../../oci/manifest.ts";
import { DOCKER_MANIFEST, isIndexType, OCI_MANIFEST } from "../../../oci/media-type.ts";
import { readJsonObject } from "../../http/json-body.ts";
import type { RepositoryRecord } from "../ecr-state.ts";
import type { Repository } from "../../registry/registry-store.ts";

/** Content that a manifest refers to but its repository lacks. */
export interface Missing {
  kind: "layers" | "images";
  digests: Digest[];
}

/** Lists the layers of an image, or the images of an index, that are missing from the repository. */
export function missingReferences(repository: Repository, manifest: Manifest): Missing | undefined {
  const content = readManifest(manifest);
  if (content.kind !== "index" && content.kind !== "image") return undefined;
  const [kind, descriptors, stored] =
    content.kind === "index"
      ? (["images", content.manifests, repository.manifests] as const)
      : (["layers", content.blobs, repository.blobs] as const);
  const digests = descriptors.map(({ digest }) => digest).filter((digest) => !stored.has(digest));
  return digests.length === 0 ? undefined : { kind, digests };
}

/** Checks whether an image in the repository uses this blob as its config or as a layer. */
export function isReferenced(repository: Repository, blob: Digest): boolean {
  return [...repository.manifests.values()].some((manifest) => {
    const content = readManifest(manifest);
    return content.kind === "image" && content.blobs.some(({ digest }) => digest === blob);
  });
}

/** Returns ECR's text for {@link Missing}, used by both APIs (oras-py#54, int128/docker-manifest-create-action#63). */
export function missingText(missing: Missing, repository: string, account: string): string {
  const what = missing.kind === "layers" ? "Layers" : "Images";
  return `${what} with digests '[${missing.digests.join(", ")}]' required for pushing image into repository with name '${repository}' in the registry with id '${account}' do not exist`;
}

/** Checks whether an existing tag cannot be moved. */
export function isImmutable(record: RepositoryRecord, tag: string): boolean {
  const isException = record.exclusionFilters.some((filter) => matchesFilter(filter, tag));
  switch (record.mutability) {
    case "MUTABLE":
      return false;
    case "IMMUTABLE":
      return true;
    case "IMMUTABLE_WITH_EXCLUSION":
      return !isException;
    case "MUTABLE_WITH_EXCLUSION":
      return isException;
  }
}

/**
 * Checks whether a tag matches a wildcard filter, in which `*` matches any text.
 * Deliberately uses another algorithm than mirrorform's own matcher, so that tests compare the two: it tracks all filter
 * positions reachable after each character. Unlike a regular expression, it never backtracks.
 */
export function matchesFilter(filter: string, tag: string): boolean {
  const skipWildcards = (positions: readonly number[]): Set<number> => {
    const reached = new Set(positions);
    for (const position of reached) if (filter[position] === "*") reached.add(position + 1);
    return reached;
  };
  let positions = skipWildcards([0]);
  for (const letter of tag) {
    const next = [...positions].flatMap((position) => {
      if (filter[position] === "*") return [position];
      return filter[position] === letter ? [position + 1] : [];
    });
    positions = skipWildcards(next);
  }
  return positions.has(filter.length);
}

/** Lists the digests of the indexes that have a manifest as their child. */
export function parentsOf(repository: Repository, digest: Digest): Digest[] {
  return [...repository.manifests.values()]
    .filter(({ mediaType }) => isIndexType(mediaType))
    .filter((manifest) => {
      const content = readManifest(manifest);
      return content.kind === "index" && content.manifests.some((child) => child.digest === digest);
    })
    .map((parent) => parent.digest);
}

/** Returns the size of an image's config and layers in bytes, or of an index's largest child. */
export function imageSize(repository: Repository, manifest: Manifest): number {
  const content = readManifest(manifest);
  if (content.kind === "image") return content.blobs.reduce((sum, blob) => sum + blob.size, 0);
  if (content.kind !== "index") return manifest.bytes.byteLength;
  const children = content.manifests.map(({ digest }) => repository.manifests.get(digest));
  return Math.max(0, ...children.map((child) => (child === undefined ? 0 : imageSize(repository, child))));
}

/** Pairs of Docker schema 2 and OCI media types. */
const TRANSLATED = [
  [DOCKER_MANIFEST, OCI_MANIFEST],
  ["application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.config.v1+json"],
  ["application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.oci.image.layer.v1.tar+gzip"],
  ["application/vnd.docker.image.rootfs.diff.tar", "application/vnd.oci.image.layer.v1.tar"],
] as const;

/**
 * Translates an image manifest if the client's `Accept` includes only the other format. The result has different bytes
 * and thus another digest (ECR user guide, "Container image manifest format support").
 * Returns undefined if the manifest is served as stored.
 */
export function translate(manifest: Manifest, accept: string | undefined): Manifest["bytes"] | undefined {
  const counterpart = counterpartOf(manifest.mediaType);
  if (accept === undefined || counterpart === undefined) return undefined;
  const accepted = new Set(accept.split(",").map((type) => (type.split(";", 1)[0] ?? "").trim()));
  if (accepted.has("*/*") || accepted.has(manifest.mediaType) || !accepted.has(counterpart)) return undefined;
  const body = readJsonObject(manifest.bytes);
  return body === undefined ? undefined : Buffer.from(JSON.stringify(body, translateMediaType));
}

/** Returns the OCI media type for a Docker schema 2 media type, and vice versa. Undefined if there is none. */
export function counterpartOf(mediaType: string): string | undefined {
  for (const [docker, oci] of TRANSLATED) {
    if (mediaType === docker) return oci;
    if (mediaType === oci) return docker;
  }
  return undefined;
}

function translateMediaType(key: string, value: unknown): unknown {
  return key === "mediaType" && typeof value === "string" ? (counterpartOf(value) ?? value) : value;
}
