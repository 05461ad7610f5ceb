import type { Digest } from "../../../oci/digest.ts";
import { readManifest, type Manifest } from "../../../oci/manifest.ts";
import { DOCKER_MANIFEST, isIndexType, OCI_MANIFEST } from "../../../oci/media-type.ts";
import { readJsonObject } from "../../http/json-body.ts";
import type { RepositoryRecord } from "../ecr-state.ts";
import type { Repository } from "../../registry/registry-store.ts";

/** What a manifest needs that its repository lacks. */
export interface Missing {
  kind: "layers" | "images";
  digests: Digest[];
}

/** The layers of an image, or the images of an index, that are not in the repository. */
export function missingReferences(repository: Repository, manifest: Manifest): Missing | undefined {
  const content = readManifest(manifest);
  if (content.kind !== "index" && content.kind !== "image") return undefined;
  const [kind, named, held] =
    content.kind === "index"
      ? (["images", content.manifests, repository.manifests] as const)
      : (["layers", content.blobs, repository.blobs] as const);
  const digests = named.map(({ digest }) => digest).filter((digest) => !held.has(digest));
  return digests.length === 0 ? undefined : { kind, digests };
}

/** Whether an image of the repository has this blob as its config or a layer. */
export function isReferenced(repository: Repository, blob: Digest): boolean {
  return [...repository.manifests.values()].some((manifest) => {
    const content = readManifest(manifest);
    return content.kind === "image" && content.blobs.some(({ digest }) => digest === blob);
  });
}

/** ECR's text for {@link Missing}, over both of its interfaces (oras-py#54, int128/docker-manifest-create-action#63). */
export function missingText(missing: Missing, repository: string, account: string): string {
  const what = missing.kind === "layers" ? "Layers" : "Images";
  return `${what} with digests '[${missing.digests.join(", ")}]' required for pushing image into repository with name '${repository}' in the registry with id '${account}' do not exist`;
}

/** Whether a tag that is there may not be moved. `*` in a filter stands for any text. */
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
 * Whether a tag is one that a wildcard filter means; `*` stands for any text, everything else for itself.
 * Written in another way than mirrorform's own, so that one proves the other: letter by letter it keeps every place
 * of the filter that the tag so far may have led to. So no filter takes long, as a regular expression would.
 */
export function matchesFilter(filter: string, tag: string): boolean {
  const pastWildcards = (places: readonly number[]): Set<number> => {
    const reached = new Set(places);
    for (const place of reached) if (filter[place] === "*") reached.add(place + 1);
    return reached;
  };
  let places = pastWildcards([0]);
  for (const letter of tag) {
    const next = [...places].flatMap((place) => {
      if (filter[place] === "*") return [place];
      return filter[place] === letter ? [place + 1] : [];
    });
    places = pastWildcards(next);
  }
  return places.has(filter.length);
}

/** The indexes of a repository that name a manifest as their child. */
export function parentsOf(repository: Repository, digest: Digest): Digest[] {
  return [...repository.manifests.values()]
    .filter(({ mediaType }) => isIndexType(mediaType))
    .filter((manifest) => {
      const content = readManifest(manifest);
      return content.kind === "index" && content.manifests.some((child) => child.digest === digest);
    })
    .map((parent) => parent.digest);
}

/** Bytes of an image's config and layers as its manifest has them; of an index, of its largest child. */
export function imageSize(repository: Repository, manifest: Manifest): number {
  const content = readManifest(manifest);
  if (content.kind === "image") return content.blobs.reduce((sum, blob) => sum + blob.size, 0);
  if (content.kind !== "index") return manifest.bytes.byteLength;
  const children = content.manifests.map(({ digest }) => repository.manifests.get(digest));
  return Math.max(0, ...children.map((child) => (child === undefined ? 0 : imageSize(repository, child))));
}

/** Schema 2 to OCI, by name. The other way is the same list read backwards. */
const TRANSLATED = [
  [DOCKER_MANIFEST, OCI_MANIFEST],
  ["application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.config.v1+json"],
  ["application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.oci.image.layer.v1.tar+gzip"],
  ["application/vnd.docker.image.rootfs.diff.tar", "application/vnd.oci.image.layer.v1.tar"],
] as const;

/**
 * What ECR makes of an image manifest for a client whose `Accept` lacks its media type but has the sister's:
 * other bytes, so another digest (ECR user guide, "Container image manifest format support").
 * Undefined where it is served as stored.
 */
export function translate(manifest: Manifest, accept: string | undefined): Manifest["bytes"] | undefined {
  const sister = sisterOf(manifest.mediaType);
  if (accept === undefined || sister === undefined) return undefined;
  const accepted = new Set(accept.split(",").map((type) => (type.split(";", 1)[0] ?? "").trim()));
  if (accepted.has("*/*") || accepted.has(manifest.mediaType) || !accepted.has(sister)) return undefined;
  const body = readJsonObject(manifest.bytes);
  return body === undefined ? undefined : Buffer.from(JSON.stringify(body, translateMediaType));
}

/** The OCI media type of a schema 2 one and the other way; undefined where there is none. */
export function sisterOf(mediaType: string): string | undefined {
  for (const [docker, oci] of TRANSLATED) {
    if (mediaType === docker) return oci;
    if (mediaType === oci) return docker;
  }
  return undefined;
}

function translateMediaType(key: string, value: unknown): unknown {
  return key === "mediaType" && typeof value === "string" ? (sisterOf(value) ?? value) : value;
}
