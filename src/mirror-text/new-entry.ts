import { familiarReference, formatReference, withDefaultTag, type Reference } from "../oci/reference.ts";
import { takeFreePlace, type Place } from "./free-place.ts";

/** An entry to write into a mirror file. */
export interface NewEntry {
  /** The image, without a tag if the entry lists tags: `python`. */
  readonly image: string;
  /** Two tags or more. */
  readonly tags?: readonly string[];
  /** Where it goes, if it cannot keep its name. */
  readonly to?: string;
}

/** Entries, and the images for which no name is free at the targets. */
export interface NewEntries {
  readonly entries: readonly NewEntry[];
  readonly withoutPlace: readonly Reference[];
}

/**
 * Makes entries for images: one for each repository, with a list of its tags, and one for each image that cannot keep its
 * name. Sorted by registry and repository, so that equal images make equal files. Docker Hub comes first.
 * @param taken `repository:tag` of the images that a mirror file has
 */
export function entriesFor(images: readonly Reference[], taken: Iterable<string> = []): NewEntries {
  const isTaken = new Set(taken);
  const entries: NewEntry[] = [];
  const withoutPlace: Reference[] = [];
  for (const group of byRepository(images)) {
    const placed = group.map((image) => ({ image, place: takeFreePlace(image, isTaken) }));
    entries.push(...entriesOfRepository(placed));
    withoutPlace.push(...placed.filter(({ place }) => place === undefined).map(({ image }) => image));
  }
  return { entries, withoutPlace };
}

/** Returns each image once, with the default tag, in groups of one repository. */
function byRepository(images: readonly Reference[]): Reference[][] {
  const unique = new Map(images.map(withDefaultTag).map((image) => [formatReference(image), image]));
  const sorted = [...unique].toSorted(([a], [b]) => compare(a, b)).map(([, image]) => image);
  return [...Map.groupBy(sorted, ({ registry, repository }) => `${registry}/${repository}`).values()];
}

function compare(a: string, b: string): number {
  return Number(isDockerHub(b)) - Number(isDockerHub(a)) || (a < b ? -1 : 1);
}

function isDockerHub(name: string): boolean {
  return name.startsWith("docker.io/");
}

function entriesOfRepository(placed: readonly { image: Reference; place: Place | undefined }[]): NewEntry[] {
  const kept = placed.filter(
    ({ image, place }) => image.digest === undefined && place !== undefined && !("to" in place),
  );
  const tags = kept.flatMap(({ image }) => image.tag ?? []);
  const others = placed.flatMap(({ image, place }) => {
    if (place === undefined || (image.digest === undefined && place.to === undefined)) return [];
    return [{ image: familiarReference(image), ...(place.to === undefined ? {} : { to: place.to }) }];
  });
  const [first] = kept;
  if (first === undefined) return others;
  const { registry, repository } = first.image;
  const listed =
    tags.length > 1
      ? { image: familiarReference({ registry, repository }), tags }
      : { image: familiarReference(first.image) };
  return [listed, ...others];
}
