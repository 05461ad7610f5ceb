import type { DesiredImage } from "../desired/entries/desired-image.ts";
import { wantedDigest } from "../desired/lock/locked-images.ts";
import { formatReference, withDefaultTag, type Reference } from "../oci/reference.ts";

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
    for (const [index, { registry, repository, tag }] of [
      [sources, image.source],
      [names, name],
    ] as const) {
      for (const version of versionsOf({ registry, repository, tag, digest }))
        addFirst(index, formatReference(version), mirrored);
    }
  }
  return { bySource: (reference) => find(sources, reference), byName: (reference) => find(names, reference) };
}

function addFirst(index: Map<string, MirroredImage>, key: string, image: MirroredImage): void {
  if (!index.has(key)) index.set(key, image);
}

function find(index: ReadonlyMap<string, MirroredImage>, reference: Reference): MirroredImage | undefined {
  for (const version of versionsOf(withDefaultTag(reference))) {
    const found = index.get(formatReference(version));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns what an image is found by, the most exact first: tag and digest, the digest, the tag. */
function versionsOf({ registry, repository, tag, digest }: PartialReference): Reference[] {
  const place = { registry, repository };
  return [
    ...(tag === undefined || digest === undefined ? [] : [{ ...place, tag, digest }]),
    ...(digest === undefined ? [] : [{ ...place, digest }]),
    ...(tag === undefined ? [] : [{ ...place, tag }]),
  ];
}

type PartialReference = { [Key in keyof Reference]: Reference[Key] | undefined } & Pick<
  Reference,
  "registry" | "repository"
>;
