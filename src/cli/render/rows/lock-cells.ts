import type { CopyImage } from "../../../plan/action.ts";
import type { HeldByLockRow, LockBlockedRow, Plan, PlanLock } from "../../../plan/plan.ts";
import { withUnchecked } from "./platform-cells.ts";
import type { RowCells } from "./cells.ts";
import type { Style } from "../text/style.ts";
import { plural } from "../text/units.ts";

/** An image that moved upstream, and which the lock holds. */
export function heldByLockCells(row: HeldByLockRow, style: Style, familiar: (source: string) => string): RowCells {
  const digests = `${style.digest(row.locked)}, upstream ${style.digest(row.upstream)}`;
  const { why, ...cause } = withUnchecked("upstream moved, lock holds", row);
  return {
    symbol: "=",
    paint: style.quiet,
    columns: [row.tag, `from ${familiar(row.source)}`, digests, "", why],
    ...cause,
  };
}

/** An image that the lock does not let through. */
export function lockBlockedCells(row: LockBlockedRow, style: Style, familiar: (source: string) => string): RowCells {
  const why =
    row.reason === "not-locked" ? "not in the lock: run mirrorform lock" : "the lock has another digest than the pin";
  const have = row.have === undefined ? "" : style.digest(row.have);
  return { symbol: "!", paint: style.problem, columns: [row.tag, `from ${familiar(row.source)}`, have, "", why] };
}

/** The reason of a copy, and that upstream is elsewhere by now. */
export function withUpstream(reason: string, { upstream }: CopyImage): string {
  return upstream === undefined ? reason : `${reason}; upstream moved, lock holds`;
}

/** What a plan was made from: the mirror file, and the lock where there is one. */
export function filesOf({ file, lock }: Plan): string[] {
  return lock === undefined ? [file] : [file, lock.path];
}

/** Notes about locked images that could not be looked up, one a cause. */
export function unaskedNotes({ unasked }: PlanLock): string[] {
  const causes = Map.groupBy(unasked, ({ source, error }) => `${source.slice(0, source.indexOf("/"))}: ${error.code}`);
  return [...causes].map(
    ([cause, images]) =>
      `Whether ${plural(images.length, "locked image")} moved upstream is not known (${cause}); the lock holds.`,
  );
}
