import type { Digest } from "../../oci/digest.ts";
import { goneIn, standsFor, type ListOrigin } from "../../oci/referrers.ts";
import type { FoundReferrers } from "./find-referrers.ts";

/**
 * Leaves out referrers that the source lists, but no longer has, as after a clean-up of untagged manifests.
 * @param missing the referrers that a target lacks: the others need no check
 * @param exists whether the source has a manifest
 */
export async function withoutGone(
  found: FoundReferrers,
  missing: Iterable<Digest>,
  exists: (digest: Digest) => Promise<boolean>,
): Promise<FoundReferrers> {
  const checked = await Promise.all(
    [...new Set(missing)].map(async (digest) => ((await exists(digest)) ? [] : [digest])),
  );
  const gone = [...new Set([...(found.gone ?? []), ...checked.flat()])];
  if (gone.length === 0) return found;
  const isGone = new Set(gone);
  const subjects = found.subjects.map((each) => ({
    ...each,
    artifacts: each.artifacts.filter(({ digest }) => !isGone.has(digest)),
  }));
  return { ...found, subjects, gone };
}

/** Whether a list at a target stands for the source's, and nothing that was gone when it was made is back. */
export async function isSubstitute(
  bytes: Uint8Array,
  origin: ListOrigin,
  exists: (digest: Digest) => Promise<boolean>,
): Promise<boolean> {
  if (!standsFor(bytes, origin)) return false;
  return (await Promise.all(goneIn(bytes).map(exists))).every((isBack) => !isBack);
}
