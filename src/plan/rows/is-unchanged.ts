import type { ActualTarget, HeldContent } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { Digest } from "../../oci/digest.ts";
import { samePlatforms } from "../../oci/selection.ts";
import { heldDigest } from "./held-digest.ts";

type Place = Pick<DesiredImage, "repository" | "tag" | "platforms">;

/**
 * Whether a tag holds what is declared when the source is at `digest`: that digest or, where platforms are chosen, the
 * index that was made of it with just those; and where it is no index, there was nothing to choose from.
 */
export function isUnchanged(target: ActualTarget, image: Place, digest: Digest): boolean {
  const held = heldDigest(target, image);
  if (held.kind !== "read" || held.digest === undefined) return false;
  if (image.platforms === undefined) return held.digest === digest;
  const content = contentOf(target, image);
  if (content?.kind === "image") return held.digest === digest;
  const selection = content?.selection;
  return selection?.source === digest && samePlatforms(selection.platforms, image.platforms);
}

/** Whether what a tag holds and what is declared come from one digest, and so differ in their platforms alone. */
export function differsInPlatforms(target: ActualTarget, image: Place, digest: Digest): boolean {
  const held = heldDigest(target, image);
  const content = contentOf(target, image);
  if (held.kind !== "read" || held.digest === undefined) return false;
  return held.digest === digest || (content?.kind === "index" && content.selection?.source === digest);
}

/** The source's index that a tag's own was made of by choosing platforms; nothing where it was not. */
export function madeOf(target: ActualTarget, image: Place): { madeOf?: Digest } {
  const content = image.platforms === undefined ? undefined : contentOf(target, image);
  const source = content?.kind === "index" ? content.selection?.source : undefined;
  return source === undefined ? {} : { madeOf: source };
}

function contentOf(target: ActualTarget, { repository, tag }: Place): HeldContent | undefined {
  return target.contents?.get(repository)?.get(tag);
}
