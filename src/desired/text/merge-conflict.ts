import type { SourceText } from "./source-text.ts";

/** The lines that Git puts around the sides of a conflict (git-merge, "How conflicts are presented"). */
const MARKER = /^(?:<{7}|>{7}|={7}|\|{7})(?: |\r?$)/gm;

/** Offsets of the first marker of each conflict that Git has left in a text. */
export function markersOfConflicts({ text }: SourceText): number[] {
  const markers = Array.from(text.matchAll(MARKER));
  const begins = markers.filter(([marker]) => marker.startsWith("<"));
  // Someone took out the first marker and forgot the others.
  return (begins.length > 0 ? begins : markers.slice(0, 1)).map(({ index }) => index);
}
