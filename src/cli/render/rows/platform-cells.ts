import type { ErrorReport } from "../../../errors.ts";
import type { HeldByLockRow, PlatformMissingRow, Row } from "../../../plan/plan.ts";
import type { RowCells } from "./cells.ts";
import type { Style } from "../text/style.ts";

/** An image that is there as declared, and has not the platforms that are chosen. */
export function platformMissingCells(
  row: PlatformMissingRow,
  style: Style,
  familiar: (source: string) => string,
): RowCells {
  const columns = [row.tag, `from ${familiar(row.source)}`, style.digest(row.have), "", "lacks chosen platforms"];
  return { symbol: "!", paint: style.problem, columns, error: row.error };
}

/** An image that matches as far as can be told; undefined where all of it could be. */
export function unchangedCells(
  row: Extract<Row, { kind: "unchanged" }>,
  style: Style,
  familiar: (source: string) => string,
): RowCells | undefined {
  if (row.unchecked === undefined) return undefined;
  const columns = [row.tag, `from ${familiar(row.source)}`, style.digest(row.have), "", `unchanged; ${UNCHECKED}`];
  return { symbol: "?", paint: style.change, columns, error: row.unchecked };
}

/** A reason, and what could not be checked, with its cause. */
export function withUnchecked(reason: string, { unchecked }: HeldByLockRow): { why: string; error?: ErrorReport } {
  return unchecked === undefined ? { why: reason } : { why: `${reason}; ${UNCHECKED}`, error: unchecked };
}

const UNCHECKED = "its platform could not be checked";
