import type { ActualTarget, HeldContent } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { Digest } from "../../oci/digest.ts";
import { sameChoice, selects } from "../../oci/platforms/selection.ts";
import { heldDigest } from "./held-digest.ts";

type Place = Pick<DesiredImage, "repository" | "tag" | "platforms" | "attestations">;

/**
 * Whether a tag has the declared image if the source has `digest`: that digest or, with selected platforms, an index made
 * from it with exactly those. A single-platform image is copied as it is, and so is an index without the attestations that
 * the image leaves out.
 */
export function isUnchanged(target: ActualTarget, image: Place, digest: Digest): boolean {
  const held = heldDigest(target, image);
  if (held.kind !== "read" || held.digest === undefined) return false;
  if (!selects(image)) return isDigest(target, held.digest, digest);
  const content = contentOf(target, image);
  if (content === undefined) return false;
  if (content.kind === "image" || isWhole(image, content)) return isDigest(target, held.digest, digest);
  const { selection } = content;
  return selection?.source === digest && sameChoice(selection, image);
}

/** Whether a tag and the declared image come from the same source digest, so that only their platforms differ. */
export function differsInPlatforms(target: ActualTarget, image: Place, digest: Digest): boolean {
  const held = heldDigest(target, image);
  const content = contentOf(target, image);
  if (held.kind !== "read" || held.digest === undefined) return false;
  return isDigest(target, held.digest, digest) || (content?.kind === "index" && content.selection?.source === digest);
}

/** Returns the source's digest of a manifest at the target; nothing if both use the same. */
export function sourceDigestOf(target: ActualTarget, held: Digest): { sourceDigest?: Digest } {
  const digest = target.sourceDigests?.get(held);
  return digest === undefined ? {} : { sourceDigest: digest };
}

/** Returns the source index that a tag's index was made from by selecting platforms; nothing if it was not. */
export function madeOf(target: ActualTarget, image: Place): { madeOf?: Digest } {
  const content = selects(image) ? contentOf(target, image) : undefined;
  const source = content?.kind === "index" ? content.selection?.source : undefined;
  return source === undefined ? {} : { madeOf: source };
}

/** Whether nothing of an index is left out: it has no attestations, and no platforms are selected. */
function isWhole({ platforms }: Place, content: Extract<HeldContent, { kind: "index" }>): boolean {
  return platforms === undefined && content.selection === undefined && content.hasAttestations === false;
}

/** Whether a manifest at the target is the one that the source has under `digest`. */
function isDigest(target: ActualTarget, held: Digest, digest: Digest): boolean {
  return held === digest || target.sourceDigests?.get(held) === digest;
}

function contentOf(target: ActualTarget, { repository, tag }: Place): HeldContent | undefined {
  return target.contents?.get(repository)?.get(tag);
}
