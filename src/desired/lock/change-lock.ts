import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { LockLines } from "./lock-text.ts";
import type { Resolution } from "../sources/resolution.ts";

/** The changes to a lock. The lists are sorted by reference. */
export interface LockChange {
  lines: ReadonlyMap<string, { digest: Digest }>;
  added: { reference: string; digest: Digest }[];
  moved: { reference: string; from: Digest; to: Digest }[];
  removed: { reference: string; digest: Digest }[];
  /** References that could not be resolved. Their lines are unchanged, or still missing. */
  failed: { reference: string; error: ErrorReport }[];
  unchanged: number;
}

/**
 * Computes the lock after some of its images were resolved. A resolved image gets the new digest; any other keeps its
 * line.
 * @param wanted every image that needs a line
 * @param resolved results by reference
 */
export function changeLock(
  before: LockLines,
  wanted: readonly string[],
  resolved: ReadonlyMap<string, Resolution>,
): LockChange {
  const lines = new Map<string, { digest: Digest }>();
  const change: Omit<LockChange, "lines"> = { added: [], moved: [], removed: [], failed: [], unchanged: 0 };
  for (const reference of new Set(wanted.toSorted())) {
    const from = before.get(reference)?.digest;
    const resolution = resolved.get(reference);
    if (resolution?.kind === "failed") change.failed.push({ reference, error: resolution.error });
    const to = resolution?.kind === "found" ? resolution.digest : from;
    if (to === undefined) continue;
    lines.set(reference, { digest: to });
    if (from === undefined) change.added.push({ reference, digest: to });
    else if (from !== to) change.moved.push({ reference, from, to });
    else if (resolution?.kind !== "failed") change.unchanged += 1;
  }
  for (const reference of [...before.keys()].toSorted()) {
    const line = before.get(reference);
    if (line !== undefined && !lines.has(reference)) change.removed.push({ reference, digest: line.digest });
  }
  return { lines, ...change };
}
