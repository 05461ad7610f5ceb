/** What a lock makes of an image, and of a plan. */
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { Resolution } from "../../desired/sources/resolution.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { familiarReference } from "../../oci/reference.ts";
import type { PlanLock } from "../plan.ts";
import type { BlockedByLockRow, HeldByLockRow, ImagePlace } from "./row.ts";

/** Whether there is a lock, and it does not say which digest of the image may be copied. */
export function isBlockedByLock({ locked }: DesiredImage): boolean {
  return locked !== undefined && locked.kind !== "digest";
}

/** The row of an image for which {@link isBlockedByLock} holds. */
export function blockedByLock(row: ImagePlace, image: DesiredImage, have: Digest | undefined): BlockedByLockRow {
  const { locked, source } = image;
  const isContradicted = locked?.kind === "contradicted";
  const error: ErrorReport = {
    code: "LOCK_MISMATCH",
    side: "config",
    operation: "look up in the lock file",
    reference: familiarReference(source),
    message: isContradicted
      ? `the mirror file pins another digest than the lock has, ${locked.digest}`
      : "the image is not in the lock, and nothing else is copied",
    hint: isContradicted
      ? "Correct the pin, or run `mirrorform lock`, which takes the line out; commit what it writes."
      : "Run `mirrorform lock`, and commit what it writes.",
  };
  return {
    ...row,
    kind: "blocked-by-lock",
    reason: isContradicted ? "lock-contradicts-pin" : "not-locked",
    have,
    error,
  };
}

/** What upstream is at, where it moved away from the locked digest; nothing where it did not, or nobody knows. */
export function heldBack(locked: Digest, upstream: Resolution | undefined): { upstream?: Digest } {
  return upstream?.kind !== "found" || upstream.digest === locked ? {} : { upstream: upstream.digest };
}

/** The row of an image that is as the lock has it, and moved upstream; undefined when it did not move, or nobody knows. */
export function heldByLock(
  row: ImagePlace,
  have: Digest,
  locked: Digest,
  resolution: Resolution | undefined,
): HeldByLockRow | undefined {
  const { upstream } = heldBack(locked, resolution);
  return upstream && { ...row, kind: "held-by-lock", reason: "moved-upstream", have, locked, upstream };
}

/** Why a locked digest cannot be copied. That its source has it no more is told apart from a tag that is gone. */
export function lockedDigestFailed({ source }: DesiredImage, error: ErrorReport): ErrorReport {
  if (error.code !== "MANIFEST_UNKNOWN") return error;
  return {
    ...error,
    message: "the source no longer serves the digest that the lock names",
    hint: `Move it with \`mirrorform lock --update ${familiarReference(source)}\`, and commit what it writes.`,
  };
}

/** What a plan says of its lock. */
export function planLock({ path, upstream }: { path: string; upstream: ReadonlyMap<string, Resolution> }): PlanLock {
  const unasked = [...upstream].flatMap(([source, resolution]) =>
    resolution.kind === "failed" ? [{ source, error: resolution.error }] : [],
  );
  return { path, unasked };
}
