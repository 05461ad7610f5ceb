import type { Actual } from "../actual/actual.ts";
import { findPruneMatches } from "../actual/prune-matches.ts";
import type { ExpandedEntry } from "../desired/tags/expand-rules.ts";
import type { DesiredEntry, DesiredImage, MirrorFile } from "../desired/mirror-file.ts";
import { entryTemplates } from "../desired/tags/tag-template.ts";
import type { Pruning } from "../plan/rows/prune-rows.ts";
import { entriesByOtherNames } from "./entries-by-other-names.ts";

/**
 * Collects the input for pruning. Uses the entries of the whole mirror file. The images of an entry are unknown if its
 * rule was not evaluated in a narrowed plan, or failed.
 * @param file the narrowed mirror file
 * @param all the evaluated entries, with all their images
 * @param images the images of the plan
 */
export async function readPruning(
  { file, whole, allowDeletions }: { file: MirrorFile; whole: MirrorFile; allowDeletions: ReadonlySet<string> },
  all: readonly ExpandedEntry[],
  images: readonly DesiredImage[],
  actual: readonly Actual[],
  signal: AbortSignal,
): Promise<Pruning> {
  const resolved = new Set(all.flatMap(({ entry, errors }) => (errors.length === 0 ? [entry.index] : [])));
  return {
    entries: entryTemplates(whole.entries.filter(({ options }) => options.prune === true)),
    empty: entryTemplates(emptyEntries(all).filter(({ options }) => options.prune === true)),
    unresolved: [
      ...entryTemplates(whole.entries.filter(({ index }) => !resolved.has(index))),
      ...entriesByOtherNames(whole, file.targets),
    ],
    matches: await findPruneMatches(images, actual, signal),
    allowed: allowDeletions,
  };
}

/** Returns the repositories of a target whose entries have no images in this run, because their rules select no tag. */
export function repositoriesWithoutImages(expanded: readonly ExpandedEntry[], target: string): string[] {
  const templates = entryTemplates(emptyEntries(expanded)).filter(({ targets }) => targets.includes(target));
  return [...new Set(templates.map(({ repository }) => repository))].filter((name) => !name.includes("{"));
}

function emptyEntries(expanded: readonly ExpandedEntry[]): DesiredEntry[] {
  return expanded.flatMap(({ entry, images, errors }) => (images.length + errors.length === 0 ? [entry] : []));
}
