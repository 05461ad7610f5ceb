import type { HeldReferrers } from "../../actual/held-referrers.ts";
import type { FoundReferrers, ReferrerTag } from "../../desired/sources/find-referrers.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Referrer } from "../../oci/referrers.ts";

/** The referrers of one manifest that a target lacks. */
export interface ReferrerWork {
  subject: Digest;
  artifacts: Pick<Referrer, "digest" | "mediaType" | "artifactType">[];
  tags: ReferrerTagWork[];
}

/** A tag to write if it still names what the plan saw: a digest, or null for no tag. */
export interface ReferrerTagWork extends ReferrerTag {
  precondition: Digest | null;
}

/**
 * Returns the referrers at the source that a target lacks. Other referrers at the target stay, and referrers that it
 * refused in an earlier run are not tried again.
 * @returns subjects before their referrers
 */
export function missingReferrers({ subjects }: FoundReferrers, held: HeldReferrers): ReferrerWork[] {
  return subjects.flatMap(({ subject, artifacts, tags }) => {
    const has = held.artifacts.get(subject);
    const isRefused = (digest: Digest) => held.refused?.get(subject)?.has(digest) === true;
    const missing = artifacts.filter(({ digest }) => has?.has(digest) !== true && !isRefused(digest));
    const moved = tags.filter(({ tag, digest }) => held.tags.get(tag)?.isCurrent !== true && !isRefused(digest));
    if (missing.length + moved.length === 0) return [];
    return [
      {
        subject,
        artifacts: missing.map(({ digest, mediaType, artifactType }) => ({
          digest,
          mediaType,
          ...(artifactType === undefined ? {} : { artifactType }),
        })),
        tags: moved.map((tag) => ({ ...tag, precondition: held.tags.get(tag.tag)?.digest ?? null })),
      },
    ];
  });
}

/** Returns the digests of the listed referrers that a target lacks. */
export function missingArtifacts(found: FoundReferrers, held: HeldReferrers): Digest[] {
  return missingReferrers(found, held).flatMap(({ artifacts }) => artifacts.map(({ digest }) => digest));
}

/** Returns the digests of the source's referrers that a target lacks because it refused them, sorted. */
export function refusedReferrers({ subjects }: FoundReferrers, held: HeldReferrers): Digest[] {
  const refused = subjects.flatMap(({ subject, artifacts, tags }) => {
    const noted = [...(held.refused?.get(subject) ?? [])];
    // A list that mirrorform wrote instead of the source's names only what the target has.
    if (tags.some(({ kind }) => kind === "list")) return noted;
    const named = new Set([...artifacts, ...tags].map(({ digest }) => digest));
    return noted.filter((digest) => named.has(digest) && held.artifacts.get(subject)?.has(digest) !== true);
  });
  return [...new Set(refused)].toSorted();
}
