import type { DesiredImage } from "../desired/entries/desired-image.ts";
import { wantedDigest } from "../desired/lock/locked-images.ts";
import { withDefaultTag, type Reference } from "../oci/reference.ts";

/** An image that the mirror file declares, and its name at the target. */
export interface MirroredImage {
  readonly image: DesiredImage;
  /** Registry, repository and tag at the target. */
  readonly name: Reference;
}

/** Finds images by their names at the source and at the target. */
export interface MirroredImages {
  bySource(reference: Reference): MirroredImage | undefined;
  byName(reference: Reference): MirroredImage | undefined;
}

/** @param images those of one target */
export function mirroredImages(images: readonly MirroredImage[]): MirroredImages {
  const sources = new Map<string, MirroredImage>();
  const names = new Map<string, MirroredImage>();
  for (const mirrored of images) {
    const { image, name } = mirrored;
    const digest = wantedDigest(image);
    // The first entry has the highest priority.
    for (const [index, reference] of [
      [sources, image.source],
      [names, name],
    ] as const) {
      const { registry, repository, tag } = reference;
      if (tag !== undefined) addFirst(index, keyOf({ registry, repository, tag }), mirrored);
      if (digest !== undefined) addFirst(index, keyOf({ registry, repository, digest }), mirrored);
    }
  }
  return { bySource: (reference) => find(sources, reference), byName: (reference) => find(names, reference) };
}

function addFirst(index: Map<string, MirroredImage>, key: string, image: MirroredImage): void {
  if (!index.has(key)) index.set(key, image);
}

/** A tag decides if there is one: with a digest as well, it names the content of the tag. */
function find(index: ReadonlyMap<string, MirroredImage>, reference: Reference): MirroredImage | undefined {
  const { registry, repository, tag, digest } = withDefaultTag(reference);
  const byTag = tag === undefined ? undefined : index.get(keyOf({ registry, repository, tag }));
  return byTag ?? (digest === undefined ? undefined : index.get(keyOf({ registry, repository, digest })));
}

function keyOf({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? `@${digest}` : `:${tag}`}`;
}
