/** Where a YAML parser stopped. Lines and columns start at 0. */
export interface Failure {
  lines: readonly string[];
  line: number;
  column: number;
  /** The parser's words. */
  reason: string;
  /** Returns the offset of the start of a line. */
  lineStart(line: number): number;
}

/** A mistake in the text, at its own place. */
export interface Mistake {
  line: number;
  column: number;
  message: string;
  hint: string;
}

/** Splits a text into lines, and finds the one at an offset. */
export function linesAround(text: string, offset: number, reason: string): Failure {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  const lines = starts.map((start, index) => text.slice(start, starts[index + 1]).replace(/[\r\n]+$/, ""));
  const after = starts.findIndex((start) => start > offset);
  const line = (after < 0 ? starts.length : after) - 1;
  return { lines, line, column: offset - (starts[line] ?? 0), reason, lineStart: (index) => starts[index] ?? 0 };
}

/** Returns the nearest line above that has text and is no comment; undefined if there is none. */
export function lineAbove(lines: readonly string[], line: number): number | undefined {
  for (let above = line - 1; above >= 0; above--) if (!/^\s*(?:#|$)/.test(lines[above] ?? "")) return above;
  return undefined;
}
