import type { DesiredImage } from "../desired/mirror-file.ts";
import { readExpression } from "../desired/tags/expressions.ts";
import { isUnreadable, type Actual } from "./actual.ts";

/** The tags that the `pruneTags` of a repository match, by target and repository. */
export type PruneMatches = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** Matches the tags at the targets with `pruneTags`. The expressions are valid because the mirror file is. */
export async function findPruneMatches(
  images: readonly DesiredImage[],
  actual: readonly Actual[],
): Promise<PruneMatches> {
  const matches = new Map<string, Map<string, Set<string>>>();
  for (const target of actual) {
    if (isUnreadable(target) || target.allTags === undefined) continue;
    const ofTarget = new Map<string, Set<string>>();
    for (const { target: name, repository, settings } of images) {
      const held = target.allTags.get(repository);
      const { pruneTags } = settings;
      if (name !== target.name || pruneTags === undefined || !(held instanceof Map) || ofTarget.has(repository))
        continue;
      const expressions = await Promise.all(pruneTags.map(readExpression));
      const isMatched = (tag: string) => expressions.some((read) => typeof read === "function" && read(tag));
      const tags = [...(held as ReadonlyMap<string, unknown>).keys()];
      ofTarget.set(repository, new Set(tags.filter(isMatched)));
    }
    matches.set(target.name, ofTarget);
  }
  return matches;
}
