import { findInDockerfile } from "../dockerfile/find-in-dockerfile.ts";
import type { Edit, FoundImage, Span } from "../found-image.ts";
import type { YamlScalar } from "./yaml-documents.ts";

/**
 * Finds the images of a Dockerfile that is a text within another file.
 * @param source the text of the other file
 */
export function inlineDockerfile(at: string, scalar: YamlScalar, source: string): FoundImage[] {
  const found = findInDockerfile({ path: "Dockerfile", text: scalar.text, readBeside: () => undefined });
  const toSource = placesIn(source, scalar);
  return found.map((image) => {
    const span = toSource(image.span) ?? scalar.span;
    return { ...image, at: `${at} ${image.at}`, span, edit: editIn(image.edit, toSource) };
  });
}

function editIn(edit: Edit, toSource: (span: Span) => Span | undefined): Edit {
  if (edit.kind !== "whole" && edit.kind !== "name") return edit;
  const span = toSource(edit.span);
  return span === undefined ? { kind: "none", reason: "its text spans several lines" } : { ...edit, span };
}

/**
 * Returns a function from a span of the text to one of the file. Each line of a literal block has the same indentation in
 * the file, so a line of the text is found in the line of the file with the same number.
 */
function placesIn(source: string, { text, span }: YamlScalar): (span: Span) => Span | undefined {
  const lines = text.split("\n");
  const written = source.slice(span.start, span.end).split("\n");
  const [lineStarts, writtenStarts] = [startsOf(lines), startsOf(written)];
  return ({ start, end }) => {
    const line = lineAt(lineStarts, start);
    const indentation = (written[line] ?? "").lastIndexOf((lines[line] ?? "").trimEnd());
    const offset = span.start + (writtenStarts[line] ?? 0) + indentation + start - (lineStarts[line] ?? 0);
    const found = { start: offset, end: offset + end - start };
    const isSame = indentation >= 0 && source.slice(found.start, found.end) === text.slice(start, end);
    return isSame ? found : undefined;
  };
}

function startsOf(lines: readonly string[]): number[] {
  let next = 0;
  return lines.map((line) => {
    const start = next;
    next += line.length + 1;
    return start;
  });
}

/** Returns the index of the last line that starts at an offset or before it. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
