import type { Digest } from "../../oci/digest.ts";
import { isImageType } from "../../oci/media-type.ts";
import type { CopyReferrers } from "../action.ts";
import type { ReferrerWork } from "./missing-referrers.ts";

/**
 * The most pulls that copying referrers can cost: one for each manifest, as Docker Hub counts them.
 * @param unread what may name more of them, and costs a pull to read
 * @returns null where it cannot be told: nothing says how many an unread list names, what refers to the children of an
 * unread index, or how many children an artifact has that is an index itself
 */
export function pullsFor(work: readonly ReferrerWork[], unread: readonly Digest[]): number | null {
  const isForeseen = unread.length === 0 && artifactsOf(work).every(({ mediaType }) => isImageType(mediaType));
  return isForeseen ? manifestsOf(work).size : null;
}

/** The pulls that the known part of several actions at one source can cost together: a digest is read once in a run. */
export function referrerPulls(actions: readonly CopyReferrers[]): number {
  return manifestsOf(actions.flatMap(({ work }) => work)).size;
}

function manifestsOf(work: readonly ReferrerWork[]): Set<Digest> {
  return new Set(work.flatMap(({ artifacts, tags }) => [...artifacts, ...tags].map(({ digest }) => digest)));
}

function artifactsOf(work: readonly ReferrerWork[]): { mediaType: string }[] {
  return work.flatMap(({ artifacts, tags }) => [...artifacts, ...tags.filter(({ kind }) => kind === "artifact")]);
}
