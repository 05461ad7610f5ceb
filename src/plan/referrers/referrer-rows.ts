import type { ActualTarget } from "../../actual/actual.ts";
import type { HeldReferrers } from "../../actual/held-referrers.ts";
import type { FoundReferrers } from "../../desired/sources/find-referrers.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { ErrorReport } from "../../errors.ts";
import { choiceOf } from "../../oci/platforms/selection.ts";
import type { CopyReferrers } from "../action.ts";
import { isImmutableTag } from "../../repository/immutable-tag.ts";
import { isPullLimitReached } from "../pull-limit.ts";
import { missingReferrers, refusedReferrers } from "./missing-referrers.ts";
import type { Row } from "../rows/row.ts";
import { referredImages, type ReferredRow } from "./referred-images.ts";
import { pullsFor } from "./referrer-pulls.ts";

/** What is known about an image's referrers, at its source and at one target. */
export type ReferrerFacts =
  | { kind: "found"; found: FoundReferrers; held: HeldReferrers }
  | { kind: "failed"; error: ErrorReport };

/**
 * Decides what to do about the referrers of one target's images: at most one action for each digest in a repository, and
 * a row for each tag that cannot move. Nothing if the target has all of them.
 * @param rows of the target's images
 * @param facts by the key of {@link ReferredRow}; images without facts are skipped
 * @param hasPullLimit whether a registry has a pull limit
 */
export function referrerRows(
  rows: readonly Row[],
  images: readonly DesiredImage[],
  target: ActualTarget,
  facts: ReadonlyMap<string, ReferrerFacts>,
  hasPullLimit: (registry: string) => boolean,
): Row[] {
  return referredImages(rows, images).flatMap((referred) => {
    const known = facts.get(referred.key);
    if (known === undefined) return [];
    if (known.kind === "failed") return [unreadRow(referred, known.error)];
    const isCounted = hasPullLimit(referred.image.source.registry);
    return rowsOf(referred, known, target, isCounted);
  });
}

/** Keeps what the target has if the pull limit of the source is reached. */
function unreadRow({ place, digest }: ReferredRow, error: ErrorReport): Row {
  return isPullLimitReached(error)
    ? { ...place, kind: "kept-referrers", reason: "referrers-not-checked", have: digest, error }
    : { ...place, kind: "failed-referrers", reason: "referrers-unread", error };
}

function rowsOf(
  referred: ReferredRow,
  { found, held }: Extract<ReferrerFacts, { kind: "found" }>,
  target: ActualTarget,
  isCounted: boolean,
): Row[] {
  const { place, image } = referred;
  const mutability = target.repositories?.get(place.repository)?.tagMutability;
  const work = missingReferrers(found, held);
  const moving = work.flatMap(({ tags }) => tags).filter(({ precondition }) => precondition !== null);
  const stuck = moving.filter(({ tag }) => mutability !== undefined && isImmutableTag(mutability, tag));
  const isStuck = new Set(stuck.map(({ tag }) => tag));
  const possible = work
    .map((each) => ({ ...each, tags: each.tags.filter(({ tag }) => !isStuck.has(tag)) }))
    .filter(({ artifacts, tags }) => artifacts.length + tags.length > 0);
  const unread = found.unread.filter((digest) => !stuck.some((tag) => tag.digest === digest));
  const blocked = stuck.map(({ tag, digest: want, precondition }): Row => {
    const error = immutable(`${place.repository}:${tag}`);
    return {
      ...place,
      tag,
      kind: "blocked-referrer-tag",
      reason: "referrer-tag-immutable",
      have: precondition ?? want,
      want,
      error,
    };
  });
  const refused = refusedReferrers(found, held);
  const others: Row[] = [
    ...blocked,
    ...(refused.length === 0
      ? []
      : [{ ...place, kind: "refused-referrers", reason: "referrers-refused", refused } as const]),
    ...leftOutRows(place, found),
  ];
  if (possible.length === 0 && unread.length === 0) return others;
  const action: CopyReferrers = {
    id: `copy-referrers ${place.target} ${place.repository}:${place.tag}`,
    kind: "copy-referrers",
    reason:
      possible.length === 0 ? "known-at-apply" : moving.length > stuck.length ? "referrers-moved" : "new-referrers",
    ...place,
    digest: referred.digest,
    isSingle: referred.isSingle,
    types: image.referrers?.types ?? null,
    ...choiceOf(image),
    work: possible,
    isComplete: unread.length === 0,
    stuckTags: [...isStuck],
    pullsAtMost: isCounted ? pullsFor(possible, unread) : 0,
  };
  return [...others, { kind: "action", action }];
}

/** Names what is left out, so that it is not missed in silence. */
function leftOutRows(place: ReferredRow["place"], { leftOut, gone }: FoundReferrers): Row[] {
  const rows: Row[] = [];
  const kind = "left-out-referrers";
  if (leftOut.length > 0) {
    const digests = leftOut.map(({ digest }) => digest).toSorted();
    const mediaTypes = [...new Set(leftOut.map(({ mediaType }) => mediaType))].toSorted();
    rows.push({ ...place, kind, reason: "referrers-unsupported", leftOut: digests, mediaTypes });
  }
  if (gone !== undefined)
    rows.push({ ...place, kind, reason: "referrers-gone", leftOut: gone.toSorted(), mediaTypes: [] });
  return rows;
}

function immutable(reference: string): ErrorReport {
  return {
    code: "TAG_IMMUTABLE",
    side: "target",
    operation: "move tag",
    reference,
    message:
      "the source has a different digest for this tag of signatures or other referrers, and the tag is immutable here",
    hint: "exclude these tags in the mirror file: tagMutability: { default: IMMUTABLE, except: [sha256-*] }",
  };
}
