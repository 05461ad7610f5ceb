import { alignColumns } from "./columns.ts";

/** Where a row goes on when one line is too short for it; as its error is indented. */
const CONTINUED = "  ";

/**
 * Lays rows out for a terminal of so many characters: in columns over all rows, else in columns of each group alone, else
 * cell after cell, broken between two of them. A terminal would break them in the middle of a word.
 * @param groups rows of cells; what belongs together stands together
 * @param width characters for a row; undefined: as long as it takes
 * @returns the lines of each row, in the same order
 */
export function arrange(groups: readonly (readonly (readonly string[])[])[], width: number | undefined): string[][] {
  const all = alignColumns(groups.flat());
  if (width === undefined || fits(all, width)) return all.map((line) => [line]);
  return groups.flatMap((rows) => {
    const own = alignColumns(withoutEmptyColumns(rows));
    return fits(own, width) ? own.map((line) => [line]) : rows.map((cells) => broken(cells, width));
  });
}

function withoutEmptyColumns(rows: readonly (readonly string[])[]): string[][] {
  return rows.map((cells) => cells.filter((_cell, column) => rows.some((row) => (row[column] ?? "") !== "")));
}

function fits(lines: readonly string[], width: number): boolean {
  return lines.every((line) => line.length <= width);
}

function broken(cells: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const cell of cells.filter((each) => each !== "")) {
    const last = lines.at(-1);
    const longer = last === undefined ? cell : `${last}  ${cell}`;
    if (last === undefined) lines.push(longer);
    else if (longer.length <= width) lines.splice(-1, 1, longer);
    else lines.push(`${CONTINUED}${cell}`);
  }
  return lines.length === 0 ? [""] : lines;
}
