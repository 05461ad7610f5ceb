import { wantedDigest } from "../desired/lock/locked-images.ts";
import type { Digest } from "../oci/digest.ts";
import type { Reference } from "../oci/reference.ts";
import type { MirroredImage } from "./mirrored-images.ts";
import type { NotReplaceable } from "./replacements.ts";

/** What is known of a tag at the target. */
export type AtTarget =
  | { readonly kind: "unknown" }
  | { readonly kind: "absent" }
  | { readonly kind: "present"; readonly digest: Digest };

/**
 * Returns the name of a mirrored image for a place that names its source. A digest that the place has is never dropped.
 * @param isPinned whether to name the digest that the target has, too
 */
export function nameAtTarget(
  from: Reference,
  { image, name }: MirroredImage,
  atTarget: AtTarget,
  isPinned: boolean,
): Reference | NotReplaceable {
  if (atTarget.kind === "absent") return { reason: "the target does not have it yet; run mirrorform apply first" };
  const tagged = from.tag === undefined && from.digest !== undefined ? withoutTag(name) : name;
  if (isPinned) {
    if (atTarget.kind === "unknown") return { reason: "its digest at the target is not known" };
    return { ...tagged, digest: atTarget.digest };
  }
  const { digest } = from;
  if (digest === undefined) return name;
  return keepsDigest(image, digest, atTarget)
    ? { ...tagged, digest }
    : { reason: "the mirror does not have this digest; --pin names the one that it has" };
}

/** Whether the target has the very bytes of the source. A selection of platforms makes a new index. */
function keepsDigest(image: MirroredImage["image"], digest: Digest, atTarget: AtTarget): boolean {
  if (atTarget.kind === "present") return atTarget.digest === digest;
  const isWhole = image.platforms === undefined && image.attestations === undefined;
  return isWhole && (wantedDigest(image) ?? digest) === digest;
}

/**
 * Returns the name of the source for a place that names its mirror, in the shortest spelling.
 * @param hasTagKey whether the place has a key for the tag, which cannot be left out
 */
export function nameAtSource(
  from: Reference,
  { image }: MirroredImage,
  hasTagKey: boolean,
): Reference | NotReplaceable {
  const { registry, repository, tag } = image.source;
  const { digest } = from;
  if (tag === "latest" && !hasTagKey && digest === undefined) return { registry, repository };
  if (digest === undefined) return { registry, repository, ...(tag === undefined ? withDigest(image) : { tag }) };
  const isWhole = image.platforms === undefined && image.attestations === undefined;
  if (!isWhole) return { reason: "its digest is that of the mirror, which has only some platforms of the source" };
  return { registry, repository, ...(tag === undefined || from.tag === undefined ? {} : { tag }), digest };
}

function withDigest(image: MirroredImage["image"]): { digest?: Digest } {
  const digest = wantedDigest(image);
  return digest === undefined ? {} : { digest };
}

function withoutTag({ registry, repository }: Reference): Reference {
  return { registry, repository };
}
