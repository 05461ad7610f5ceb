import type { HeldReferrers } from "../../actual/held-referrers.ts";
import type { FoundReferrers, ReferrerTag } from "../../desired/sources/find-referrers.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Referrer } from "../../oci/referrers.ts";

/** What a target lacks of what refers to one manifest. */
export interface ReferrerWork {
  subject: Digest;
  artifacts: Pick<Referrer, "digest" | "mediaType" | "artifactType">[];
  tags: ReferrerTagWork[];
}

/** A tag to be put, on the condition that it holds what the plan saw: a digest, or null for "absent". */
export interface ReferrerTagWork extends ReferrerTag {
  precondition: Digest | null;
}

/**
 * What of the source's referrers is missing at a target. Those that the target has beside them stay; those that it
 * refused in an earlier run are not tried again.
 * @returns subjects before what refers to them
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

/** What a target lacks of the source's referrers because it refused them: sorted. */
export function refusedReferrers({ subjects }: FoundReferrers, held: HeldReferrers): Digest[] {
  const refused = subjects.flatMap(({ subject, artifacts, tags }) => {
    const noted = [...(held.refused?.get(subject) ?? [])];
    // A list of ours in place of the source's names what is there alone.
    if (tags.some(({ kind }) => kind === "list")) return noted;
    const named = new Set([...artifacts, ...tags].map(({ digest }) => digest));
    return noted.filter((digest) => named.has(digest) && held.artifacts.get(subject)?.has(digest) !== true);
  });
  return [...new Set(refused)].toSorted();
}
