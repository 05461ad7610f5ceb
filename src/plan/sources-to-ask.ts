import { isUnreadable, type Actual } from "../actual/actual.ts";
import type { DesiredImage } from "../desired/mirror-file.ts";
import { formatReference, type Reference } from "../oci/reference.ts";
import { isAsDeclared } from "./as-declared.ts";
import { heldDigest } from "./held-digest.ts";

/**
 * The references that must be resolved at their sources before a plan can be made, each once, in the order of the file.
 * Not asked: an image with `refresh: missing` whose tag is there, a pinned digest that is there already,
 * and anything for a target that cannot be read.
 */
export function sourcesToAsk(images: readonly DesiredImage[], actual: readonly Actual[]): Reference[] {
  const readable = new Map(actual.map((target) => [target.name, target]));
  const asked = new Map<string, Reference>();
  for (const image of images) {
    const target = readable.get(image.target);
    if (target === undefined || isUnreadable(target)) continue;
    const held = heldDigest(target, image);
    if (held.kind === "unreadable") continue;
    if (held.digest !== undefined && image.refresh === "missing") continue;
    if (image.source.digest !== undefined && isAsDeclared(target, image, image.source.digest)) continue;
    asked.set(formatReference(image.source), image.source);
  }
  return [...asked.values()];
}
