import type { CopyImage } from "../plan/action.ts";

/** Copies of one image begun together. Each asks its own target; what they share is read once. */
const TOGETHER_AT_MOST = 8;

/**
 * Puts copies of the same digest together, so that one download can serve them all; the rest stays in its order.
 * @param images in the order of the mirror file
 */
export function groupCopies(images: readonly CopyImage[]): CopyImage[][] {
  const groups: CopyImage[][] = [];
  const open = new Map<string, CopyImage[]>();
  for (const image of images) {
    const known = open.get(image.digest);
    if (known !== undefined && known.length < TOGETHER_AT_MOST) {
      known.push(image);
      continue;
    }
    const group = [image];
    open.set(image.digest, group);
    groups.push(group);
  }
  return groups;
}
