/** How a lock file affects the row of an image, and a plan. */
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { Resolution } from "../../desired/sources/resolution.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { familiarReference } from "../../oci/reference.ts";
import type { PlanLock } from "../plan.ts";
import type { BlockedByLockRow, HeldByLockRow, ImagePlace } from "./row.ts";

/** Whether there is a lock file that does not allow the image to be copied. */
export function isBlockedByLock({ locked }: DesiredImage): boolean {
  return locked !== undefined && locked.kind !== "digest";
}

/** Returns the row of an image for which {@link isBlockedByLock} is true. */
export function blockedByLock(row: ImagePlace, image: DesiredImage, have: Digest | undefined): BlockedByLockRow {
  const { locked, source } = image;
  const isContradicted = locked?.kind === "contradicted";
  const error: ErrorReport = {
    code: "LOCK_MISMATCH",
    side: "config",
    operation: "copy image",
    reference: familiarReference(source),
    message: isContradicted
      ? `the pin differs from the locked digest, ${locked.digest}`
      : "the image is not in the lock file, and only locked images are copied",
    hint: isContradicted
      ? "correct the pin, or run `mirrorform lock`, which removes the line, and commit the lock file"
      : "run `mirrorform lock`, and commit the lock file",
  };
  return {
    ...row,
    kind: "blocked-by-lock",
    reason: isContradicted ? "lock-contradicts-pin" : "not-locked",
    have,
    error,
  };
}

/** Returns the digest of the source tag if it is known and differs from the locked digest. */
export function heldBack(locked: Digest, upstream: Resolution | undefined): { upstream?: Digest } {
  return upstream?.kind !== "found" || upstream.digest === locked ? {} : { upstream: upstream.digest };
}

/** Returns the row of a locked image with a source tag that moved; undefined if it did not move, or if that is unknown. */
export function heldByLock(
  row: ImagePlace,
  have: Digest,
  locked: Digest,
  resolution: Resolution | undefined,
): HeldByLockRow | undefined {
  const { upstream } = heldBack(locked, resolution);
  return upstream && { ...row, kind: "held-by-lock", reason: "moved-upstream", have, locked, upstream };
}

/** Returns why a locked digest cannot be copied. A digest that the source no longer has differs from a missing tag. */
export function lockedDigestFailed({ source }: DesiredImage, error: ErrorReport): ErrorReport {
  if (error.code !== "MANIFEST_UNKNOWN") return error;
  return {
    ...error,
    message: "the source no longer has the locked digest",
    hint: `run \`mirrorform lock --update ${familiarReference(source)}\`, and commit the lock file`,
  };
}

/** Returns a plan's entry for its lock file. */
export function planLock({ path, upstream }: { path: string; upstream: ReadonlyMap<string, Resolution> }): PlanLock {
  const unasked = [...upstream].flatMap(([source, resolution]) =>
    resolution.kind === "failed" ? [{ source, error: resolution.error }] : [],
  );
  return { path, unasked };
}
