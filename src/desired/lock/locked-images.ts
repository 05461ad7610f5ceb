import type { Digest } from "../../oci/digest.ts";
import { formatReference, type Reference } from "../../oci/reference.ts";
import type { DesiredImage } from "../entries/desired-image.ts";
import type { LockLines } from "./lock-text.ts";
import type { Locked } from "../entries/locked.ts";

/** Returns the image's name in a lock; undefined if the mirror file pins its digest, which needs no lock. */
export function lockName({ tag, digest, ...place }: Reference): string | undefined {
  return tag === undefined || digest !== undefined ? undefined : formatReference({ ...place, tag });
}

/**
 * Adds the state in the lock to each image.
 * @param images all images of the mirror file, because one image can use a line that another would contradict
 */
export function lockImages(images: readonly DesiredImage[], lines: LockLines): DesiredImage[] {
  const claimed = new Set(images.map(({ source }) => lockName(source)));
  return images.map((image) => {
    const locked = lockedAs(image.source, lines, claimed);
    return locked === undefined ? image : { ...image, locked };
  });
}

/** Returns an image's digest if it is known without querying the source: from the lock or a pinned digest. */
export function wantedDigest({ source, locked }: Pick<DesiredImage, "source" | "locked">): Digest | undefined {
  return locked?.kind === "digest" ? locked.digest : source.digest;
}

/** Returns the reference to request from the source: by digest if known, so that a changed tag has no effect. */
export function wantedReference(image: Pick<DesiredImage, "source" | "locked">): Reference {
  const digest = wantedDigest(image);
  return digest === undefined ? image.source : { ...image.source, digest };
}

function lockedAs(source: Reference, lines: LockLines, claimed: ReadonlySet<string | undefined>): Locked | undefined {
  const name = lockName(source);
  if (name !== undefined) {
    const line = lines.get(name);
    return line === undefined ? { kind: "no-line" } : { kind: "digest", digest: line.digest };
  }
  if (source.tag === undefined) return undefined;
  const { digest, ...tagged } = source;
  // If another entry has the same tag without a digest, the line belongs to that entry.
  const unpinned = formatReference(tagged);
  const line = claimed.has(unpinned) ? undefined : lines.get(unpinned);
  return line === undefined || line.digest === digest ? undefined : { kind: "contradicted", digest: line.digest };
}
