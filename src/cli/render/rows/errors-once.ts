import { groupErrors } from "../text/group-errors.ts";
import type { ShownRow } from "./shown-rows.ts";

/** Keeps the error of the first of several rows with the same cause. The others name its code. */
export function withErrorsOnce(rows: readonly ShownRow[]): ShownRow[] {
  const failed = rows.flatMap((row) => (row.cells.error === undefined ? [] : [{ row, error: row.cells.error }]));
  const shown = new Map<ShownRow, ShownRow["cells"]>();
  for (const { error, members } of groupErrors(failed, (each) => each.error)) {
    members.forEach(({ row }, i) => {
      const { error: _error, ...cells } = row.cells;
      shown.set(row, i === 0 ? { ...cells, error } : { ...cells, reason: `${cells.reason}: ${error.code}, as above` });
    });
  }
  return rows.map((row) => ({ ...row, cells: shown.get(row) ?? row.cells }));
}
