import type { Digest } from "../../oci/digest.ts";
import { isImageType } from "../../oci/media-type.ts";
import type { CopyReferrers } from "../action.ts";
import type { ReferrerWork } from "./missing-referrers.ts";

/**
 * Returns an upper bound of the pulls that copying referrers uses: one for each manifest, as Docker Hub counts them.
 * @param unread lists and indexes that may name more referrers, and use a pull to read
 * @returns null if there is no bound: because of an unread list, an unread index, or an artifact that is an index
 */
export function pullsFor(work: readonly ReferrerWork[], unread: readonly Digest[]): number | null {
  const isForeseen = unread.length === 0 && artifactsOf(work).every(({ mediaType }) => isImageType(mediaType));
  return isForeseen ? manifestsOf(work).size : null;
}

/** Returns an upper bound of the pulls for the known part of several actions at one source. A run reads a digest once. */
export function referrerPulls(actions: readonly CopyReferrers[]): number {
  return manifestsOf(actions.flatMap(({ work }) => work)).size;
}

function manifestsOf(work: readonly ReferrerWork[]): Set<Digest> {
  return new Set(work.flatMap(({ artifacts, tags }) => [...artifacts, ...tags].map(({ digest }) => digest)));
}

function artifactsOf(work: readonly ReferrerWork[]): { mediaType: string }[] {
  return work.flatMap(({ artifacts, tags }) => [...artifacts, ...tags.filter(({ kind }) => kind === "artifact")]);
}
