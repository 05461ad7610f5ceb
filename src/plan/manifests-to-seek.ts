import { isUnreadable, type Actual } from "../actual/actual.ts";
import type { SoughtManifest } from "../actual/held-manifests.ts";
import { wantedDigest, wantedReference } from "../desired/lock/locked-images.ts";
import type { DesiredImage } from "../desired/mirror-file.ts";
import type { Resolution } from "../desired/sources/resolution.ts";
import { formatReference } from "../oci/reference.ts";
import { heldDigest } from "./rows/held-digest.ts";
import { isUnchanged } from "./rows/is-unchanged.ts";
import { isBlockedByLock } from "./rows/lock-rows.ts";

/**
 * Returns the pinned and locked digests that a target may have without a tag. A tag that goes back to an earlier image
 * then needs nothing from the source, which may no longer have it.
 * @param resolutions what the sources answered. Missing before they are asked: then only tags that exist are moved back.
 * Otherwise, the digests that the sources could not resolve
 */
export function manifestsToSeek(
  images: readonly DesiredImage[],
  actual: Actual,
  resolutions?: ReadonlyMap<string, Resolution>,
): SoughtManifest[] {
  if (isUnreadable(actual)) return [];
  return images.flatMap((image): SoughtManifest[] => {
    const digest = wantedDigest(image);
    if (image.target !== actual.name || digest === undefined || isBlockedByLock(image)) return [];
    const held = heldDigest(actual, image);
    if (held.kind !== "read" || isUnchanged(actual, image, digest)) return [];
    if (held.digest !== undefined && image.refresh === "missing" && image.locked === undefined) return [];
    const isSought =
      resolutions === undefined
        ? held.digest !== undefined
        : resolutions.get(formatReference(wantedReference(image)))?.kind === "failed";
    return isSought ? [{ repository: image.repository, digest }] : [];
  });
}
