import { abbreviateDigest } from "../../../oci/digest.ts";
import type { ErrorReport } from "../../../errors.ts";
import type { BlockedPlatformsRow, UnchangedRow } from "../../../plan/rows/row.ts";
import type { Cells } from "./cells.ts";
import { fromSource } from "../text/familiar.ts";
import type { Style } from "../text/style.ts";

/** Returns the cells of a single-platform image whose platform is not selected. */
export function blockedPlatformsCells(row: BlockedPlatformsRow, style: Style): Cells {
  return {
    sign: "!",
    paint: style.problem,
    name: row.tag,
    detail: fromSource(row.source),
    digest: abbreviateDigest(row.have),
    reason: "lacks selected platforms",
    error: row.error,
  };
}

/** Returns the cells of an unchanged image whose platform could not be checked; undefined if there is no doubt. */
export function unchangedCells(row: UnchangedRow, style: Style): Cells | undefined {
  if (row.unchecked === undefined) return undefined;
  return {
    sign: "?",
    paint: style.change,
    name: row.tag,
    detail: fromSource(row.source),
    digest: abbreviateDigest(row.have),
    ...uncheckedCells("unchanged", row.unchecked),
  };
}

/** Adds to a reason that the platform could not be checked, with the cause. */
export function uncheckedCells(reason: string, unchecked: ErrorReport | undefined): Pick<Cells, "reason" | "error"> {
  if (unchecked === undefined) return { reason };
  return { reason: `${reason}; platform could not be checked`, error: unchecked };
}
