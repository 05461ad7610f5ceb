import { alignColumns, type RowOf } from "./columns.ts";

/** Between two columns, and between two cells in one line. */
const GAP = "  ";

/** Narrowest column that is worth wrapping text in. */
const MIN_COLUMN = 24;

/**
 * Lays rows out in columns within a width. If they do not fit, the text of the last column wraps in its column. If there
 * is no room for that either, the first column stays and the other cells flow next to it. Lines break between cells and
 * between words; only a word that is longer than its column makes a line longer than the width.
 * @param columns their names, from left to right
 * @param width characters available for a row; undefined for no limit
 * @returns the lines of each row
 */
export function arrange<Column extends string>(
  columns: readonly Column[],
  rows: readonly RowOf<Column>[],
  width: number | undefined,
): string[][] {
  const aligned = alignColumns(columns, rows);
  if (width === undefined || aligned.every((line) => line.length <= width)) return aligned.map((line) => [line]);
  return (
    wrapLast(columns, rows, width) ?? rows.map((row) => flow(columns, row, firstWidth(columns, rows, width), width))
  );
}

/** Undefined if the other columns leave too little room for the last one. */
function wrapLast<Column extends string>(
  columns: readonly Column[],
  rows: readonly RowOf<Column>[],
  width: number,
): string[][] | undefined {
  const last = columns.at(-1);
  if (last === undefined) return undefined;
  const others = columns.slice(0, -1);
  const aligned = alignColumns(others, rows);
  const start =
    Math.max(0, ...rows.map((row, i) => (row[last] === undefined ? 0 : (aligned[i] ?? "").length))) + GAP.length;
  if (width - start < MIN_COLUMN || aligned.some((line) => line.length > width)) return undefined;
  return rows.map((row, i) => hang(aligned[i] ?? "", wrap([row[last] ?? ""], width - start), start));
}

function firstWidth<Column extends string>(
  [first]: readonly Column[],
  rows: readonly RowOf<Column>[],
  width: number,
): number {
  const widest = first === undefined ? 0 : Math.max(0, ...rows.map((row) => row[first]?.length ?? 0));
  return Math.min(widest, Math.max(0, width - GAP.length - MIN_COLUMN));
}

/** Puts the first cell into its column and the others next to it, in as many lines as they need. */
function flow<Column extends string>(
  [first, ...others]: readonly Column[],
  row: RowOf<Column>,
  firstColumn: number,
  width: number,
): string[] {
  const name = first === undefined ? "" : (row[first] ?? "");
  const start = firstColumn + GAP.length;
  const body = wrap(
    others.map((column) => row[column] ?? ""),
    width - start,
  );
  return name.length > firstColumn ? [name, ...hang("", body, start)].filter(Boolean) : hang(name, body, start);
}

/** Appends lines to a text, all starting at the same position. */
function hang(text: string, [first = "", ...more]: readonly string[], start: number): string[] {
  const indent = " ".repeat(start);
  return [`${text.padEnd(start)}${first}`.trimEnd(), ...more.map((line) => `${indent}${line}`)];
}

/** Fills lines of a width with cells, and cells with words. */
function wrap(cells: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const cell of cells.filter((text) => text !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + GAP.length + cell.length <= width) {
      lines.splice(-1, 1, `${last}${GAP}${cell}`);
    } else {
      lines.push(...wrapWords(cell, width));
    }
  }
  return lines;
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return lines;
}
