import { abbreviateDigest } from "../../../oci/digest.ts";
import type { CopyImage } from "../../../plan/action.ts";
import type { Plan, PlanLock } from "../../../plan/plan.ts";
import type { BlockedByLockRow, HeldByLockRow } from "../../../plan/rows/row.ts";
import { uncheckedCells } from "./platform-cells.ts";
import type { Cells } from "./cells.ts";
import { fromSource } from "../text/familiar.ts";
import type { Style } from "../text/style.ts";
import { plural } from "../text/units.ts";

/** Returns the cells of an image that moved at the source and stays at the locked digest. */
export function heldByLockCells(row: HeldByLockRow, style: Style): Cells {
  return {
    sign: "=",
    paint: style.quiet,
    name: row.tag,
    detail: fromSource(row.source),
    digest: `${abbreviateDigest(row.locked, row.upstream)}, upstream ${abbreviateDigest(row.upstream, row.locked)}`,
    ...uncheckedCells("moved upstream, stays locked", row.unchecked),
  };
}

/** Returns the cells of an image that the lock file does not allow to be copied. */
export function blockedByLockCells(row: BlockedByLockRow, style: Style): Cells {
  return {
    sign: "!",
    paint: style.problem,
    name: row.tag,
    detail: fromSource(row.source),
    ...(row.have === undefined ? {} : { digest: abbreviateDigest(row.have) }),
    reason:
      row.reason === "not-locked" ? "not in the lock file: run mirrorform lock" : "pin differs from the locked digest",
  };
}

/** Adds to the reason of a copy that the source tag names another digest than the locked one. */
export function withUpstream(reason: string, { upstream }: CopyImage): string {
  return upstream === undefined ? reason : `${reason}; different digest upstream`;
}

/** Returns the files that a plan was made from: the mirror file, and the lock file if there is one. */
export function filesOf({ file, lock }: Plan): string[] {
  return lock === undefined ? [file] : [file, lock.path];
}

/** Returns notes about locked images that could not be looked up, one for each cause. */
export function unaskedNotes({ unasked }: PlanLock): string[] {
  const causes = Map.groupBy(unasked, ({ source, error }) => `${source.slice(0, source.indexOf("/"))}: ${error.code}`);
  return [...causes].map(
    ([cause, images]) =>
      `Could not check whether ${plural(images.length, "locked image")} moved upstream (${cause}). The locked digests are used.`,
  );
}
