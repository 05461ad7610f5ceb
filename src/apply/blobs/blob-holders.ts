import type { Digest } from "../../oci/digest.ts";
import type { ImageTarget } from "../ports.ts";

/** A repository of a target that has a blob. */
export interface BlobHolder {
  target: ImageTarget;
  repository: string;
}

/** So many are remembered of one blob: enough to have another when one fails. */
const HOLDERS_AT_MOST = 8;

/** Who has which blob, as far as this run has seen. */
export interface BlobHolders {
  add(digest: Digest, target: ImageTarget, repository: string): void;
  of(digest: Digest): readonly BlobHolder[];
  /** After one of them gave out wrong bytes. */
  forget(digest: Digest): void;
}

export function createBlobHolders(): BlobHolders {
  const known = new Map<Digest, BlobHolder[]>();
  return {
    add(digest, target, repository) {
      const holders = known.get(digest) ?? [];
      known.set(digest, holders);
      const isKnown = holders.some((holder) => holder.target === target && holder.repository === repository);
      const isNewTarget = !holders.some((holder) => holder.target === target);
      if (!isKnown && (isNewTarget || holders.length < HOLDERS_AT_MOST)) holders.push({ target, repository });
    },
    of: (digest) => known.get(digest) ?? [],
    forget: (digest) => void known.delete(digest),
  };
}
