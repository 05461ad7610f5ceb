import type { DesiredImage } from "../desired/mirror-file.ts";

/** What a mirror file declares, as a whole: however a plan was narrowed, nothing of it is undeclared. */
export interface Declared {
  isDeclared(target: string, repository: string, tag: string): boolean;
  /** How many tags of a repository are declared. */
  count(target: string, repository: string): number;
}

/** @param images all of the mirror file */
export function declaredTags(images: readonly DesiredImage[]): Declared {
  const places = new Map<string, Set<string>>();
  for (const { target, repository, tag } of images) {
    const key = keyOf(target, repository);
    places.set(key, (places.get(key) ?? new Set<string>()).add(tag));
  }
  return {
    isDeclared: (target, repository, tag) => places.get(keyOf(target, repository))?.has(tag) ?? false,
    count: (target, repository) => places.get(keyOf(target, repository))?.size ?? 0,
  };
}

/** A repository's name has no space in it. */
function keyOf(target: string, repository: string): string {
  return `${target} ${repository}`;
}
