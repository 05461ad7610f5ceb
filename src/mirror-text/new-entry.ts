import { familiarReference, type Reference } from "../oci/reference.ts";

/** An entry to write into a mirror file. */
export interface NewEntry {
  /** The image, without a tag if the entry lists tags: `python`. */
  readonly image: string;
  /** Two tags or more. */
  readonly tags?: readonly string[];
  /** Where it goes, for a digest without a tag. */
  readonly to?: string;
}

/**
 * Makes entries for images: one for each repository, with a list of its tags, and one for each digest. Sorted by registry
 * and repository, so that equal images make equal files. Docker Hub comes first.
 */
export function entriesFor(images: readonly Reference[]): NewEntry[] {
  const repositories = new Map<string, Reference[]>();
  for (const image of images) {
    const name = `${image.registry}/${image.repository}`;
    repositories.set(name, [...(repositories.get(name) ?? []), image]);
  }
  const names = [...repositories.keys()].toSorted();
  const ordered = [...names.filter(isDockerHub), ...names.filter((name) => !isDockerHub(name))];
  return ordered.flatMap((name) => entriesOfRepository(repositories.get(name) ?? []));
}

function isDockerHub(name: string): boolean {
  return name.startsWith("docker.io/");
}

function entriesOfRepository(images: readonly Reference[]): NewEntry[] {
  const [first] = images;
  if (first === undefined) return [];
  const { registry, repository } = first;
  const tags = images.flatMap(({ tag, digest }) => (digest === undefined ? (tag ?? "latest") : []));
  const pinned = new Map(images.flatMap(pinnedEntry));
  const single = new Set(tags).size === 1 ? tags[0] : undefined;
  const tagged =
    single === undefined
      ? { image: familiarReference({ registry, repository }), tags: [...new Set(tags)].toSorted() }
      : { image: familiarReference({ registry, repository, tag: single }) };
  const entries = tags.length === 0 ? [] : [tagged];
  return [...entries, ...[...pinned].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)];
}

function pinnedEntry(image: Reference): [string, NewEntry][] {
  const { tag, digest } = image;
  if (digest === undefined) return [];
  const name = familiarReference(image);
  // The target needs a tag. The first digits of a digest tell images apart.
  const to = `${image.repository.replace(/^library\//, "")}:pinned-${digest.slice(digest.indexOf(":") + 1).slice(0, DIGITS)}`;
  return [[name, tag === undefined ? { image: name, to } : { image: name }]];
}

const DIGITS = 12;
