import type { Digest } from "../../oci/digest.ts";
import { readManifest } from "../../oci/manifest.ts";
import type { HeldImages } from "./held-images.ts";
import type { ImageTarget } from "../ports.ts";
import type { RepositoryAdmin } from "../../repository/repository-admin.ts";

/** A repository in which tags are deleted. */
export interface PrunedRepository {
  repository: string;
  held: HeldImages;
  target: ImageTarget;
  admin: RepositoryAdmin;
  signal: AbortSignal;
}

/** Images in an index in an index, and referrers of referrers: as deep as images are copied. */
const MOST_ROUNDS = 4;

/** The images that an index names; none of an image, and of what cannot be read as an index. */
export async function childrenOf(
  digest: Digest,
  { repository, held, target, signal }: PrunedRepository,
): Promise<Digest[]> {
  if (!held.isIndex(digest)) return [];
  const content = readManifest(await target.readManifest(repository, digest, signal));
  return content.kind === "index" ? content.manifests.map((child) => child.digest) : [];
}

/**
 * Removes what an image leaves behind that is gone: its platforms, its signatures and the like. What has a tag of
 * its own stays, and so does what another index of the repository names: ECR does not delete that
 * (ImageReferencedByManifestList), which is why parents go first and each round waits for the one before.
 * @param children of the image, read while it was there
 */
export async function removeLeftovers(
  image: Digest,
  children: readonly Digest[],
  place: PrunedRepository,
): Promise<void> {
  const { held } = place;
  const below = new Map<Digest, readonly Digest[]>([[image, children]]);
  let gone: Digest[] = [image];
  for (let round = 0; round < MOST_ROUNDS && gone.length > 0; round += 1) {
    const untagged = await removeTagsAbout(gone, place);
    const named = gone.flatMap((digest) => [...(below.get(digest) ?? []), ...held.looseReferrers(digest)]);
    const loose = [...new Set(named)].filter((digest) => held.isLoose(digest));
    for (const digest of loose) below.set(digest, await childrenOf(digest, place));
    gone = [...untagged, ...(await removeAll(loose, place))];
  }
}

/** @returns the images that went with their last tag */
async function removeTagsAbout(gone: readonly Digest[], place: PrunedRepository): Promise<Digest[]> {
  const { repository, held, admin, signal } = place;
  const tags = gone.flatMap((digest) => held.tagsAbout(digest));
  if (tags.length === 0) return [];
  const removed = await admin.removeImages(
    repository,
    tags.map(({ tag }) => ({ tag })),
    signal,
  );
  return tags.flatMap(({ tag, digest }, i) => {
    if (removed[i] !== "removed") return [];
    const isLast = held.isLast(digest, tag);
    held.untag(digest, tag);
    return isLast ? [digest] : [];
  });
}

/** @returns those that are gone now */
async function removeAll(digests: readonly Digest[], place: PrunedRepository): Promise<Digest[]> {
  const { repository, held, admin, signal } = place;
  if (digests.length === 0) return [];
  const removed = await admin.removeImages(
    repository,
    digests.map((digest) => ({ digest })),
    signal,
  );
  const gone = digests.filter((_digest, i) => removed[i] === "removed");
  for (const digest of gone) held.remove(digest);
  return gone;
}
