import type { ActualTarget } from "../../actual/actual.ts";
import { wantedDigest } from "../../desired/lock/locked-images.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { Resolution } from "../../desired/sources/resolution.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { formatReference } from "../../oci/reference.ts";
import type { CopyImage, HeldAt, ImageContent } from "../action.ts";
import { differsInPlatforms, isUnchanged, madeOf } from "./is-unchanged.ts";
import { pullsAtMost } from "../cost/pull-cost.ts";
import type { HeldPlaces } from "../cost/held-at.ts";
import { heldDigest } from "./held-digest.ts";
import { checkHeldPlatform } from "./check-held-platform.ts";
import { isImmutableTag } from "../../repository/immutable-tag.ts";
import { blockedByLock, heldBack, heldByLock, isBlockedByLock, lockedDigestFailed } from "./lock-rows.ts";
import type { HeldByLockRow, Row } from "../plan.ts";
import { planReplacement, type Replacement, type ReplacementFacts } from "./plan-replacement.ts";

/** What is known of an image's source. */
export interface SourceFacts {
  /** Undefined when the source did not have to be asked. */
  resolution: Resolution | undefined;
  content: ImageContent | undefined;
  /** Whether the source counts pulls. */
  hasPullLimit: boolean;
  held: HeldPlaces;
  /** Whether the mirror file names the digest. */
  isPinned: boolean;
  /** What the tag of a locked image names at its source; undefined where that was not looked up. */
  upstream: Resolution | undefined;
  replacing: ReplacementFacts;
}

/** Decides what is to be done about one declared image at one target. */
export function imageRow(image: DesiredImage, target: ActualTarget, facts: SourceFacts): Row {
  const row = {
    target: target.name,
    repository: image.repository,
    tag: image.tag,
    source: formatReference(image.source),
    order: image.order,
  };
  const held = heldDigest(target, image);
  if (held.kind === "unreadable") return { ...row, kind: "failed", reason: "unresolved", error: held.error };
  if (held.kind === "archived") return { ...row, kind: "archived", reason: "image-archived", have: held.digest };
  const have = held.digest;
  const unchanged = { ...row, kind: "unchanged", ...madeOf(target, image) } as const;
  const asDeclared = (digest: Digest, held?: HeldByLockRow): Row => {
    const checked = checkHeldPlatform(target, image, digest);
    if (checked.kind === "missing") {
      return { ...row, kind: "blocked", reason: "platform-missing", have: digest, error: checked.error };
    }
    const same = held ?? { ...unchanged, reason: "same-digest", have: digest };
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
    return have !== undefined && error.code === "PULL_LIMIT"
      ? { ...row, kind: "kept", reason: "not-checked", have, error }
      : { ...row, kind: "failed", reason: "unresolved", error };
  }
  if (have !== undefined && isUnchanged(target, image, resolution.digest)) return asDeclared(have);
  const isSameSource = differsInPlatforms(target, image, resolution.digest);
  const chosen = image.platforms === undefined ? {} : { platforms: image.platforms };
  const moved = facts.isPinned ? "pin-changed" : image.locked === undefined ? "tag-moved" : "lock-changed";
  const reason = have === undefined ? "new-tag" : isSameSource ? "platforms-changed" : moved;
  const upstream = heldBack(resolution.digest, facts.upstream);
  const action = copyAction({ ...row, ...chosen, ...upstream, reason }, resolution, have, facts);
  if (have === undefined || !isImmutable(target, image)) return { kind: "action", action };
  const replacement = planReplacement(image, target, have, facts.replacing);
  if (replacement.kind === "possible") {
    return { kind: "action", action: { ...action, replace: { backupTag: replacement.backupTag } } };
  }
  if (replacement.kind === "unreadable") {
    return { ...row, kind: "failed", reason: "unresolved", error: replacement.error };
  }
  const error = blocked(image, isSameSource ? "the list of platforms changed" : whatMoved(image), replacement.kind);
  return { ...row, kind: "blocked", reason: "tag-immutable", have, want: resolution.digest, ...chosen, error };
}

function whatMoved({ locked }: DesiredImage): string {
  return locked === undefined ? "the source has another digest" : "the lock names another digest";
}

/** What can be done about it, by why it is not replaced. */
const CHOICES: Readonly<Record<Exclude<Replacement["kind"], "possible" | "unreadable">, string>> = {
  "not-wanted": "Set replace, give it another tag, or except this one.",
  "not-owned": "Only a repository with this file's mark has a tag replaced: adopt it, or give the image another tag.",
  "no-name": "Every backup tag is taken: give replace another template, or delete old backups.",
};

function blocked(image: DesiredImage, what: string, why: keyof typeof CHOICES): ErrorReport {
  return {
    code: "TAG_IMMUTABLE",
    side: "target",
    operation: "move tag",
    reference: `${image.repository}:${image.tag}`,
    message: `${what}, and the repository does not let the tag move here`,
    hint: CHOICES[why],
  };
}

function isImmutable(target: ActualTarget, image: DesiredImage): boolean {
  const repository = target.repositories?.get(image.repository);
  return repository !== undefined && isImmutableTag(repository.tagMutability, image.tag);
}

function copyAction(
  row: Pick<CopyImage, "target" | "repository" | "tag" | "source" | "order" | "reason" | "platforms" | "upstream">,
  { digest, mediaType, size }: Extract<Resolution, { kind: "found" }>,
  have: Digest | undefined,
  facts: SourceFacts,
): CopyImage {
  const { platforms } = row;
  const places = facts.held.ofDigest(digest);
  const held = platforms === undefined ? places : [...facts.held.ofSelection(digest, platforms), ...places];
  // Whole in its own repository it is tagged, from another one copied: neither asks the source for a manifest.
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
    // How large a part of it is nobody has said.
    content: platforms === undefined ? facts.content : undefined,
    heldAt: platforms === undefined ? held.filter(isElsewhere) : [...held],
  };
}
