import { isUnreadable, type Actual } from "../actual/actual.ts";
import { wantedDigest, wantedReference } from "../desired/lock/locked-images.ts";
import type { DesiredImage } from "../desired/mirror-file.ts";
import { formatReference, type Reference } from "../oci/reference.ts";
import { findHeldPlaces } from "./cost/held-at.ts";
import { isUnchanged } from "./rows/is-unchanged.ts";
import { heldDigest } from "./rows/held-digest.ts";
import { isBlockedByLock } from "./rows/lock-rows.ts";

/**
 * Returns the references to resolve at their sources before a plan can be made, each once, in the order of the file.
 *
 * Excludes images
 * - with `refresh: missing` and a tag that exists,
 * - that are archived at the target,
 * - with a pinned or locked digest that the tag names already, or that was found at a target,
 * - with the digest that the source's catalogue lists (decision 0011),
 * - that the lock file does not allow to be copied,
 * - for a target that cannot be read.
 */
export function sourcesToAsk(images: readonly DesiredImage[], actual: readonly Actual[]): Reference[] {
  const readable = new Map(actual.map((target) => [target.name, target]));
  const held = findHeldPlaces(actual);
  const asked = new Map<string, Reference>();
  for (const image of images) {
    const target = readable.get(image.target);
    if (target === undefined || isUnreadable(target)) continue;
    const tag = heldDigest(target, image);
    if (tag.kind !== "read") continue;
    if (isBlockedByLock(image)) continue;
    if (tag.digest !== undefined && image.refresh === "missing" && image.locked === undefined) continue;
    const digest = wantedDigest(image) ?? image.claimed;
    if (digest !== undefined && isUnchanged(target, image, digest)) continue;
    const pinned = wantedDigest(image);
    if (pinned !== undefined && held.manifestOf(pinned) !== undefined) continue;
    const wanted = wantedReference(image);
    asked.set(formatReference(wanted), wanted);
  }
  return [...asked.values()];
}

/**
 * Returns the source tags of locked images, to show whether they moved. Excludes images with `refresh: missing`, and images
 * for a target that cannot be read.
 */
export function tagsToWatch(images: readonly DesiredImage[], actual: readonly Actual[]): Reference[] {
  const unreadable = new Set(actual.filter(isUnreadable).map(({ name }) => name));
  const watched = images.filter(
    ({ locked, refresh, target }) => locked?.kind === "digest" && refresh === "always" && !unreadable.has(target),
  );
  return [...new Map(watched.map(({ source }) => [formatReference(source), source])).values()];
}
