import type { Digest } from "../../oci/digest.ts";
import { readManifest } from "../../oci/manifest.ts";
import type { RepositoryImages } from "./repository-images.ts";
import type { ImageTarget } from "../ports.ts";
import type { RepositoryAdmin } from "../../repository/repository-admin.ts";

/** A repository in which tags are deleted. */
export interface PrunedRepository {
  repository: string;
  images: RepositoryImages;
  target: ImageTarget;
  admin: RepositoryAdmin;
  signal: AbortSignal;
}

/** Depth of indexes within indexes and of referrers of referrers: as deep as images are copied. */
const MAX_ROUNDS = 4;

/** Lists the images in an index. Empty for an image, and for an index that cannot be parsed. */
export async function childrenOf(
  digest: Digest,
  { repository, images, target, signal }: PrunedRepository,
): Promise<Digest[]> {
  if (!images.isIndex(digest)) return [];
  const content = readManifest(await target.readManifest(repository, digest, signal));
  return content.kind === "index" ? content.manifests.map((child) => child.digest) : [];
}

/**
 * Removes what a deleted image leaves behind: its platforms, signatures and the like. Images with a tag of their own are
 * kept. ECR does not delete an image that is in an index (ImageReferencedByManifestList), so indexes are removed first,
 * and images in another index are kept.
 * @param children of the image, read before it was deleted
 */
export async function removeLeftovers(
  image: Digest,
  children: readonly Digest[],
  pruned: PrunedRepository,
): Promise<void> {
  const { images } = pruned;
  const childrenOfImage = new Map<Digest, readonly Digest[]>([[image, children]]);
  let removed: Digest[] = [image];
  for (let round = 0; round < MAX_ROUNDS && removed.length > 0; round += 1) {
    const untagged = await removeTagsAbout(removed, pruned);
    const related = removed.flatMap((digest) => [
      ...(childrenOfImage.get(digest) ?? []),
      ...images.untaggedReferrers(digest),
    ]);
    const orphans = [...new Set(related)].filter((digest) => images.isOrphan(digest));
    for (const digest of orphans) childrenOfImage.set(digest, await childrenOf(digest, pruned));
    removed = [...untagged, ...(await removeAll(orphans, pruned))];
  }
}

/** Removes the tags whose name refers to removed images. @returns the images that were deleted with their last tag */
async function removeTagsAbout(digests: readonly Digest[], pruned: PrunedRepository): Promise<Digest[]> {
  const { repository, images, admin, signal } = pruned;
  const tags = digests.flatMap((digest) => images.tagsAbout(digest));
  if (tags.length === 0) return [];
  const removed = await admin.removeImages(
    repository,
    tags.map(({ tag }) => ({ kind: "tag", tag })),
    signal,
  );
  return tags.flatMap(({ tag, digest }, i) => {
    if (removed[i] !== "removed") return [];
    const isLast = images.isLast(digest, tag);
    images.untag(digest, tag);
    return isLast ? [digest] : [];
  });
}

/** @returns the images that were removed */
async function removeAll(digests: readonly Digest[], pruned: PrunedRepository): Promise<Digest[]> {
  const { repository, images, admin, signal } = pruned;
  if (digests.length === 0) return [];
  const results = await admin.removeImages(
    repository,
    digests.map((digest) => ({ kind: "digest", digest })),
    signal,
  );
  const removed = digests.filter((_digest, i) => results[i] === "removed");
  for (const digest of removed) images.remove(digest);
  return removed;
}
