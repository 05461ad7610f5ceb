import type { Digest } from "../../oci/digest.ts";
import { formatReference } from "../../oci/reference.ts";
import type { DesiredEntry } from "../entries/desired-entry.ts";
import type { DesiredImage } from "../entries/desired-image.ts";
import type { Lock } from "./lock-file.ts";
import { lockedSteps } from "./locked-rules.ts";
import { atOnce, type Steps } from "../../steps.ts";
import { lockImages, lockName } from "./locked-images.ts";
import type { Position, Problem } from "../text/problem.ts";

/** One difference between a lock and its mirror file. */
export type Disagreement =
  /** `at` is in the mirror file. */
  | { kind: "no-line"; reference: string; at: Position }
  | { kind: "contradicted"; reference: string; pinned: Digest; locked: Digest; at: Position }
  /** `at` is in the lock. */
  | { kind: "undeclared"; reference: string; locked: Digest; at: Position };

/**
 * Compares a lock with the listed images of its mirror file. Returns exactly the lines that `lock` would add or remove,
 * in the order of each file.
 */
export function checkLock(images: readonly DesiredImage[], lines: Lock["lines"]): Disagreement[] {
  const found = new Map<string, Disagreement>();
  for (const { source, locked, at } of lockImages(images, lines)) {
    const reference = formatReference(source);
    if (locked?.kind === "no-line") found.set(reference, { kind: "no-line", reference, at });
    if (locked?.kind !== "contradicted" || source.digest === undefined) continue;
    found.set(reference, { kind: "contradicted", reference, pinned: source.digest, locked: locked.digest, at });
  }
  const contradicted = new Set([...found.values()].map(({ reference }) => reference.replace(/@.*/, "")));
  const claimed = new Set(images.map(({ source }) => lockName(source)));
  const undeclared = [...lines].flatMap(([reference, { digest, at }]): Disagreement[] => {
    const isNeeded = claimed.has(reference) || contradicted.has(reference);
    return isNeeded ? [] : [{ kind: "undeclared", reference, locked: digest, at }];
  });
  return [...found.values(), ...undeclared];
}

/** Compares a lock with its mirror file, including tag rules: each rule must select at least one locked tag. */
export function compareLock(file: LockedFile, lock: Pick<Lock, "lines" | "path">): Problem[] {
  return atOnce(compareSteps(file, lock));
}

interface LockedFile {
  entries: readonly DesiredEntry[];
  path: string;
}

/** Compares a lock with its mirror file as {@link compareLock} does, in steps. */
export function* compareSteps({ entries, path }: LockedFile, lock: Pick<Lock, "lines" | "path">): Steps<Problem[]> {
  const expanded = yield* lockedSteps(entries, lock.lines);
  yield;
  const images = expanded.flatMap((entry) => entry.images);
  const ofRules = expanded.flatMap(({ entry, errors }) =>
    errors.map(({ code, message, hint }): Problem => {
      return { code, message, ...(hint === undefined ? {} : { hint }), path, position: entry.at };
    }),
  );
  return [...ofRules, ...checkLock(images, lock.lines).map((each) => problemOf(each, path, lock.path))];
}

/** Turns a difference into a problem with its position in the mirror file or the lock file. */
function problemOf(disagreement: Disagreement, mirrorFile: string, lock: string): Problem {
  const { at: position } = disagreement;
  const code = "LOCK_MISMATCH";
  switch (disagreement.kind) {
    case "no-line":
      return {
        code,
        message: `${disagreement.reference} is not in ${lock}`,
        hint: "run `mirrorform lock` and commit the lock file",
        path: mirrorFile,
        position,
      };
    case "contradicted":
      return {
        code,
        message: `this entry pins ${disagreement.pinned}, but ${lock} has ${disagreement.locked}`,
        hint: "correct the pinned digest, or run `mirrorform lock` to remove the locked one",
        path: mirrorFile,
        position,
      };
    case "undeclared":
      return {
        code,
        message: `no image in ${mirrorFile} uses this line`,
        hint: "run `mirrorform lock` to remove it",
        path: lock,
        position,
      };
  }
}
