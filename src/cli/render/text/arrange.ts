import { alignColumns, type RowOf } from "./columns.ts";

/** Indentation of a row's further lines; the same as that of its error. */
const CONTINUED = "  ";

/**
 * Lays rows out for a terminal: in columns across all rows if they fit; otherwise in columns for each group; otherwise
 * cell after cell, with line breaks only between cells. A terminal would break them in the middle of a word.
 * @param columns their names, from left to right
 * @param groups rows that belong together, such as those of one repository
 * @param width characters available for a row; undefined for no limit
 * @returns the lines of each row, in the same order
 */
export function arrange<Column extends string>(
  columns: readonly Column[],
  groups: readonly (readonly RowOf<Column>[])[],
  width: number | undefined,
): string[][] {
  const all = alignColumns(columns, groups.flat());
  if (width === undefined || fits(all, width)) return all.map((line) => [line]);
  return groups.flatMap((rows) => {
    const used = columns.filter((column) => rows.some((row) => (row[column] ?? "") !== ""));
    const own = alignColumns(used, rows);
    return fits(own, width) ? own.map((line) => [line]) : rows.map((row) => broken(columns, row, width));
  });
}

function fits(lines: readonly string[], width: number): boolean {
  return lines.every((line) => line.length <= width);
}

function broken<Column extends string>(columns: readonly Column[], row: RowOf<Column>, width: number): string[] {
  const lines: string[] = [];
  for (const cell of columns.flatMap((column) => row[column] ?? [])) {
    if (cell === "") continue;
    const last = lines.at(-1);
    const longer = last === undefined ? cell : `${last}  ${cell}`;
    if (last === undefined) lines.push(longer);
    else if (longer.length <= width) lines.splice(-1, 1, longer);
    else lines.push(`${CONTINUED}${cell}`);
  }
  return lines.length === 0 ? [""] : lines;
}
