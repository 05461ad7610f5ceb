import type { DesiredImage } from "../desired/mirror-file.ts";

/** Everything that a mirror file declares, including what the options of this run exclude. */
export interface Declared {
  isDeclared(target: string, repository: string, tag: string): boolean;
  /** Returns the number of declared tags in a repository. */
  count(target: string, repository: string): number;
}

/** @param images all images of the mirror file */
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

/** The names of repositories contain no spaces. */
function keyOf(target: string, repository: string): string {
  return `${target} ${repository}`;
}
