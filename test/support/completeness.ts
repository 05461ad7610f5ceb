import type { Digest } from "../../src/oci/digest.ts";
import { matchesDigest } from "../../src/oci/digest.ts";
import { readManifest } from "../../src/oci/manifest.ts";
import type { Repository, Store } from "../../src/sandbox/registry/registry-store.ts";

/** Lists missing content below each tag of a store. An empty list proves that no tag points at an incomplete image. */
export function incompleteTags(store: Store): string[] {
  return [...store.repositories.values()].flatMap((repository) =>
    [...repository.tags].flatMap(([tag, digest]) =>
      missingBelow(repository, digest).map((lack) => `${repository.name}:${tag} lacks ${lack}`),
    ),
  );
}

function missingBelow(repository: Repository, digest: Digest): string[] {
  const manifest = repository.manifests.get(digest);
  if (manifest === undefined) return [`manifest ${digest}`];
  if (!matchesDigest(manifest.bytes, digest)) return [`the bytes of manifest ${digest}`];
  const content = readManifest(manifest);
  if (content.kind === "index") return content.manifests.flatMap((child) => missingBelow(repository, child.digest));
  if (content.kind !== "image") return [`a readable manifest ${digest}`];
  return content.blobs.flatMap((blob) => {
    const bytes = repository.blobs.get(blob.digest);
    return bytes !== undefined && matchesDigest(bytes, blob.digest) ? [] : [`blob ${blob.digest}`];
  });
}
