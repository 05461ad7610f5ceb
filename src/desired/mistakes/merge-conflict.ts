import type { Diagnostic } from "../text/problem.ts";
import type { SourceText } from "../text/source-text.ts";

/** The marker lines of a Git conflict (git-merge, "How conflicts are presented"). An editor may have indented them. */
const MARKER = /^[ \t]*(<{7}|>{7}|={7}|\|{7})(?: |\r?$)/gm;

/** Describes each unresolved Git conflict in a text, with the offset of its first marker. */
export function conflictsIn({ text }: Pick<SourceText, "text">): (Diagnostic & { offset: number })[] {
  const markers = Array.from(text.matchAll(MARKER));
  const starts = markers.filter(([, marker = ""]) => marker.startsWith("<"));
  // If the first marker was removed by hand, report any other marker that remains. Indented signs can be a heading.
  const others = markers.filter(([whole, marker = ""]) => marker.startsWith(">") || whole.startsWith(marker));
  const reported = starts.length > 0 ? starts : others.slice(0, 1);
  return reported.map(({ index, 0: whole }) => {
    const offset = index + whole.search(/\S/);
    return { offset, message: "unresolved merge conflict", hint: HINT };
  });
}

const HINT = "keep the lines that you want from both sides, and remove the marker lines";
