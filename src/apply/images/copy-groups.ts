import type { CopyImage } from "../../plan/action.ts";

/** Copies per group. The copies of a group start together and read their manifests once. */
const MAX_GROUP_SIZE = 8;

/**
 * Groups copies of the same digest from the same registry, so that its manifests are read, and cost their pulls, once.
 * Each registry has its own pull limit, so copies from different registries are not grouped. Keeps the order otherwise.
 * @param images in the order of the mirror file
 */
export function groupCopies(images: readonly CopyImage[]): CopyImage[][] {
  const groups: CopyImage[][] = [];
  const open = new Map<string, CopyImage[]>();
  for (const image of images) {
    const key = `${registryOf(image)} ${image.digest}`;
    const known = open.get(key);
    if (known !== undefined && known.length < MAX_GROUP_SIZE) {
      known.push(image);
      continue;
    }
    const group = [image];
    open.set(key, group);
    groups.push(group);
  }
  return groups;
}

/** The canonical name of the registry that an image is copied from. */
export function registryOf(image: Pick<CopyImage, "source">): string {
  return image.source.slice(0, image.source.indexOf("/"));
}
