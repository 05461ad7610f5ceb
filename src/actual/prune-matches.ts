import type { DesiredImage } from "../desired/mirror-file.ts";
import { expressionReader } from "../desired/tags/expressions.ts";
import { createPause } from "../slices.ts";
import { isUnreadable, type Actual } from "./actual.ts";

/** The tags that the `pruneTags` of a repository match, by target and repository. */
export type PruneMatches = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/**
 * Matches the tags at the targets with `pruneTags`, in slices. The expressions are valid because the mirror file is.
 * @throws the reason of the signal if it is aborted
 */
export async function findPruneMatches(
  images: readonly DesiredImage[],
  actual: readonly Actual[],
  signal?: AbortSignal,
): Promise<PruneMatches> {
  const readExpression = expressionReader();
  const pause = createPause(signal);
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
      const matched = new Set<string>();
      for (const tag of (held as ReadonlyMap<string, unknown>).keys()) {
        await pause();
        if (isMatched(tag)) matched.add(tag);
      }
      ofTarget.set(repository, matched);
    }
    matches.set(target.name, ofTarget);
  }
  return matches;
}
