/** The cells of one row, by the name of their column. A cell that is missing is empty. */
export type RowOf<Column extends string> = Readonly<Partial<Record<Column, string>>>;

/** Pads the cells of each row to the width of their column; trailing spaces are removed. */
export function alignColumns<Column extends string>(
  columns: readonly Column[],
  rows: readonly RowOf<Column>[],
): string[] {
  const widths = new Map(columns.map((column) => [column, widthOf(column, rows)]));
  return rows.map((row) =>
    columns
      .map((column) => (row[column] ?? "").padEnd(widths.get(column) ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function widthOf<Column extends string>(column: Column, rows: readonly RowOf<Column>[]): number {
  return rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0);
}
