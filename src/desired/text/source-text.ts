import type { Position } from "./problem.ts";

/** A text with an index for converting offsets to lines and columns, fast even for a very long line. */
export interface SourceText {
  text: string;
  /** Offset of the start of each line. */
  lineStarts: readonly number[];
  /** Offset of each character of two UTF-16 units. */
  pairs: readonly number[];
}

/** The line breaks of YAML 1.2.2, section 5.4. */
const LINE_BREAK = /\r\n|\n|\r/g;
const PAIR = /[\u{10000}-\u{10ffff}]/gu;

/** Indexes a text for {@link positionAt}. */
export function sourceText(text: string): SourceText {
  const lineStarts = [0];
  for (const match of text.matchAll(LINE_BREAK)) lineStarts.push(match.index + match[0].length);
  return { text, lineStarts, pairs: Array.from(text.matchAll(PAIR), ({ index }) => index) };
}

/** Converts an offset in UTF-16 units to a line and a column. Clamps it to the text. */
export function positionAt({ text, lineStarts, pairs }: SourceText, offset: number): Position {
  const bounded = Math.max(0, Math.min(offset, text.length));
  const line = countBelow(lineStarts, bounded + 1);
  const start = lineStarts[line - 1] ?? 0;
  const units = bounded - start;
  return { line, column: units - (countBelow(pairs, bounded) - countBelow(pairs, start)) + 1 };
}

/** Counts the numbers below a limit in an ascending list. */
function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns a line, counted from 1, without its line break; empty past the end. */
export function lineAt(source: SourceText, line: number): string {
  const start = source.lineStarts[line - 1];
  if (start === undefined) return "";
  return source.text.slice(start, source.lineStarts[line]).replace(/[\r\n]+$/, "");
}
