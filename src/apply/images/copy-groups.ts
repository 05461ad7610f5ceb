import type { CopyImage } from "../../plan/action.ts";

/** Copies of one image begun together. Each asks its own target; what they share is read once. */
const TOGETHER_AT_MOST = 8;

/**
 * Puts copies of the same digest from the same registry together, so that its manifests are read once for all and cost
 * their pulls once: an allowance is that of one registry, and only what comes from there takes places in it. The rest
 * stays in its order.
 * @param images in the order of the mirror file
 */
export function groupCopies(images: readonly CopyImage[]): CopyImage[][] {
  const groups: CopyImage[][] = [];
  const open = new Map<string, CopyImage[]>();
  for (const image of images) {
    const key = `${registryOf(image)} ${image.digest}`;
    const known = open.get(key);
    if (known !== undefined && known.length < TOGETHER_AT_MOST) {
      known.push(image);
      continue;
    }
    const group = [image];
    open.set(key, group);
    groups.push(group);
  }
  return groups;
}

/** The canonical name of the registry that an image comes from. */
export function registryOf(image: Pick<CopyImage, "source">): string {
  return image.source.slice(0, image.source.indexOf("/"));
}
