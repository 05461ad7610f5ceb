import type { Position } from "./problem.ts";

/** A text with its lines found, so that offsets can be told as line and column. */
export interface SourceText {
  text: string;
  /** Offset at which each line begins. */
  lineStarts: readonly number[];
}

/** The line breaks of YAML 1.2.2, section 5.4. */
const LINE_BREAK = /\r\n|\n|\r/g;

export function sourceText(text: string): SourceText {
  const lineStarts = [0];
  for (const match of text.matchAll(LINE_BREAK)) lineStarts.push(match.index + match[0].length);
  return { text, lineStarts };
}

/** Line and column of an offset in UTF-16 units. An offset past the end is the end. */
export function positionAt(source: SourceText, offset: number): Position {
  const bounded = Math.max(0, Math.min(offset, source.text.length));
  const { lineStarts } = source;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= bounded) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: charactersBetween(source.text, lineStarts[low] ?? 0, bounded) + 1 };
}

function charactersBetween(text: string, start: number, end: number): number {
  let count = 0;
  for (let index = start; index < end; count++) index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

/** The text of a line, counted from 1, without its break; empty past the end. */
export function lineAt(source: SourceText, line: number): string {
  const start = source.lineStarts[line - 1];
  if (start === undefined) return "";
  return source.text.slice(start, source.lineStarts[line]).replace(/[\r\n]+$/, "");
}
