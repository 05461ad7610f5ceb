import type { ActualTarget } from "../../actual/actual.ts";
import { wantedDigest } from "../../desired/lock/locked-images.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { Resolution } from "../../desired/sources/resolution.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { formatReference } from "../../oci/reference.ts";
import { choiceOf, selects } from "../../oci/platforms/selection.ts";
import type { CopyImage, HeldAt, ImageContent } from "../action.ts";
import { differsInPlatforms, isUnchanged, madeOf, sourceDigestOf } from "./is-unchanged.ts";
import { pullsAtMost } from "../cost/pull-cost.ts";
import type { HeldPlaces } from "../cost/held-at.ts";
import { heldDigest } from "./held-digest.ts";
import { checkHeldPlatform } from "./check-held-platform.ts";
import { isImmutableTag } from "../../repository/immutable-tag.ts";
import { blockedByLock, heldBack, heldByLock, isBlockedByLock, lockedDigestFailed } from "./lock-rows.ts";
import type { HeldByLockRow, ImageRow } from "./row.ts";
import { isPullLimitReached } from "../pull-limit.ts";
import { planReplacement, type Replacement, type ReplacementFacts } from "./plan-replacement.ts";

/** What is known about an image's source. */
export interface SourceFacts {
  /** Undefined if the source did not have to be queried. */
  resolution: Resolution | undefined;
  content: ImageContent | undefined;
  /** Whether the source has a pull limit. */
  hasPullLimit: boolean;
  held: HeldPlaces;
  /** Whether the mirror file names the digest. */
  isPinned: boolean;
  /** What the tag of a locked image names at its source; undefined if it was not looked up. */
  upstream: Resolution | undefined;
  replacing: ReplacementFacts;
}

/** Decides what to do about one declared image at one target. */
export function imageRow(image: DesiredImage, target: ActualTarget, facts: SourceFacts): ImageRow {
  const row = {
    target: target.name,
    repository: image.repository,
    tag: image.tag,
    source: formatReference(image.source),
    order: image.order,
  };
  const failed = (error: ErrorReport): ImageRow => ({ ...row, kind: "failed-image", reason: "unresolved", error });
  const held = heldDigest(target, image);
  if (held.kind === "unreadable") return failed(held.error);
  if (held.kind === "archived") return { ...row, kind: "archived", reason: "image-archived", have: held.digest };
  const have = held.digest;
  const unchanged = { ...row, kind: "unchanged", ...madeOf(target, image) } as const;
  const asDeclared = (digest: Digest, locked?: HeldByLockRow): ImageRow => {
    const checked = checkHeldPlatform(target, image, digest);
    if (checked.kind === "missing") {
      return { ...row, kind: "blocked-platforms", reason: "platform-missing", have: digest, error: checked.error };
    }
    const same = {
      ...(locked ?? { ...unchanged, reason: "same-digest", have: digest }),
      ...sourceDigestOf(target, digest),
    };
    return checked.kind === "unchecked" ? { ...same, unchecked: checked.error } : same;
  };
  if (isBlockedByLock(image)) return blockedByLock(row, image, have);
  if (have !== undefined && image.refresh === "missing" && image.locked === undefined) {
    return { ...unchanged, reason: "already-there", have };
  }
  const wanted = wantedDigest(image);
  if (have !== undefined && wanted !== undefined && isUnchanged(target, image, wanted)) {
    return asDeclared(have, heldByLock(row, have, wanted, facts.upstream));
  }
  const { resolution } = facts;
  const claim = resolution === undefined ? image.claimed : undefined;
  if (have !== undefined && claim !== undefined && isUnchanged(target, image, claim)) return asDeclared(have);
  if (resolution === undefined) throw new Error(`no resolution of ${row.source}`);
  if (resolution.kind === "failed") {
    const error = image.locked === undefined ? resolution.error : lockedDigestFailed(image, resolution.error);
    if (!isPullLimitReached(error)) return failed(error);
    return have === undefined
      ? { ...row, kind: "postponed-image", reason: "pull-limit-reached", error }
      : { ...row, kind: "kept-image", reason: "not-checked", have, error };
  }
  if (have !== undefined && isUnchanged(target, image, resolution.digest)) return asDeclared(have);
  const isSameSource = differsInPlatforms(target, image, resolution.digest);
  const selected = choiceOf(image);
  const moved = facts.isPinned ? "pin-changed" : image.locked === undefined ? "tag-moved" : "lock-changed";
  const reason = have === undefined ? "new-tag" : isSameSource ? "platforms-changed" : moved;
  const upstream = heldBack(resolution.digest, facts.upstream);
  const action = copyAction({ ...row, ...selected, ...upstream, reason }, resolution, have, facts);
  if (have === undefined || !isImmutable(target, image)) return { kind: "action", action };
  const replacement = planReplacement(image, target, have, facts.replacing);
  if (replacement.kind === "possible") {
    return { kind: "action", action: { ...action, replace: { backupTag: replacement.backupTag } } };
  }
  if (replacement.kind === "unreadable") return failed(replacement.error);
  const error = immutableTag(image, isSameSource ? changedChoice(image) : whatMoved(image), replacement.kind);
  return { ...row, kind: "blocked-tag", reason: "tag-immutable", have, want: resolution.digest, ...selected, error };
}

function changedChoice({ attestations }: DesiredImage): string {
  return `the selected platforms${attestations === false ? " or attestations" : ""} changed`;
}

function whatMoved({ locked }: DesiredImage): string {
  return locked === undefined ? "the source has a different digest" : "the lock file has a different digest";
}

/** What the user can do, by why the tag is not replaced. */
const CHOICES: Readonly<Record<Exclude<Replacement["kind"], "possible" | "unreadable">, string>> = {
  "not-wanted": "set replace, use another tag, or add this tag to tagMutability.except",
  "not-owned":
    "adopt the repository, or use another tag. Tags are replaced only in repositories owned by this mirror file",
  "no-name": "delete old backups, or change the template in replace. Every backup tag already exists",
};

function immutableTag(image: DesiredImage, what: string, why: keyof typeof CHOICES): ErrorReport {
  return {
    code: "TAG_IMMUTABLE",
    side: "target",
    operation: "move tag",
    reference: `${image.repository}:${image.tag}`,
    message: `${what}, and the tag is immutable here`,
    hint: CHOICES[why],
  };
}

function isImmutable(target: ActualTarget, image: DesiredImage): boolean {
  const repository = target.repositories?.get(image.repository);
  return repository !== undefined && isImmutableTag(repository.tagMutability, image.tag);
}

function copyAction(
  row: Pick<
    CopyImage,
    "target" | "repository" | "tag" | "source" | "order" | "reason" | "platforms" | "attestations" | "upstream"
  >,
  { digest, mediaType, size }: Extract<Resolution, { kind: "found" }>,
  have: Digest | undefined,
  facts: SourceFacts,
): CopyImage {
  const { platforms } = row;
  const isPart = selects(row);
  const places = facts.held.ofDigest(digest);
  const held = isPart ? [...facts.held.ofSelection(digest, row), ...places] : places;
  // A whole image in its own repository only gets the tag; from another one it is copied. Neither reads the source's
  // manifest.
  const isElsewhere = ({ target, repository }: HeldAt) => target !== row.target || repository !== row.repository;
  const pulls = () => pullsAtMost({ mediaType, size }, facts.content?.platforms, platforms);
  return {
    id: `copy-image ${row.target} ${row.repository}:${row.tag}`,
    kind: "copy-image",
    ...row,
    digest,
    mediaType,
    precondition: have ?? null,
    pullsAtMost: facts.hasPullLimit && held.length === 0 ? pulls() : 0,
    // The size of a part is unknown.
    content: isPart ? undefined : facts.content,
    heldAt: isPart ? [...held] : held.filter(isElsewhere),
  };
}
