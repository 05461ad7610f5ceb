import type { SourceText } from "./source-text.ts";

/** The marker lines of a Git conflict (git-merge, "How conflicts are presented"). */
const MARKER = /^(?:<{7}|>{7}|={7}|\|{7})(?: |\r?$)/gm;

/** Returns the offset of the first marker of each Git conflict in a text. */
export function markersOfConflicts({ text }: SourceText): number[] {
  const markers = Array.from(text.matchAll(MARKER));
  const starts = markers.filter(([marker]) => marker.startsWith("<"));
  // If the first marker was removed by hand, report any other marker that remains.
  return (starts.length > 0 ? starts : markers.slice(0, 1)).map(({ index }) => index);
}
