import type { Digest } from "../../oci/digest.ts";
import { formatReference, type Reference } from "../../oci/reference.ts";
import type { DesiredImage } from "../entries/desired-image.ts";
import type { LockLines } from "./lock-text.ts";
import type { Locked } from "../entries/locked.ts";

/** The image's name in a lock; undefined for an image that the mirror file pins: the pin is its lock. */
export function lockName({ tag, digest, ...place }: Reference): string | undefined {
  return tag === undefined || digest !== undefined ? undefined : formatReference({ ...place, tag });
}

/** The images with what the lock says of each. All images of the mirror file, not a narrowed list: they claim lines together. */
export function lockImages(images: readonly DesiredImage[], lines: LockLines): DesiredImage[] {
  const claimed = new Set(images.map(({ source }) => lockName(source)));
  return images.map((image) => {
    const locked = lockedAs(image.source, lines, claimed);
    return locked === undefined ? image : { ...image, locked };
  });
}

/** The digest that an image is to have, where that is known without its source: by the lock, or by a pin. */
export function wantedDigest({ source, locked }: Pick<DesiredImage, "source" | "locked">): Digest | undefined {
  return locked?.kind === "digest" ? locked.digest : source.digest;
}

/** What its source is asked for: the digest, where one is wanted, and never what the tag names now. */
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
  // Another entry wants the same tag without a pin: then the line is that one's, and says nothing of this.
  const own = formatReference(tagged);
  const line = claimed.has(own) ? undefined : lines.get(own);
  return line === undefined || line.digest === digest ? undefined : { kind: "contradicted", digest: line.digest };
}
