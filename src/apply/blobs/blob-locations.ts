import type { Digest } from "../../oci/digest.ts";
import type { ImageTarget, TargetRepository } from "../ports.ts";

/** Locations remembered per blob: enough to have another one when one fails. */
const MAX_LOCATIONS = 8;

/** The target repositories that have a blob, as far as this run has seen. */
export interface BlobLocations {
  add(digest: Digest, target: ImageTarget, repository: string): void;
  of(digest: Digest): readonly TargetRepository[];
  /** Forgets all locations of a blob, after one of them delivered wrong bytes. */
  forget(digest: Digest): void;
}

/** Makes an empty list of locations. It keeps at most {@link MAX_LOCATIONS} per blob, but at least one per target. */
export function createBlobLocations(): BlobLocations {
  const known = new Map<Digest, TargetRepository[]>();
  return {
    add(digest, target, repository) {
      const locations = known.get(digest) ?? [];
      known.set(digest, locations);
      const isKnown = locations.some((each) => each.target === target && each.repository === repository);
      const isNewTarget = !locations.some((each) => each.target === target);
      if (!isKnown && (isNewTarget || locations.length < MAX_LOCATIONS)) locations.push({ target, repository });
    },
    of: (digest) => known.get(digest) ?? [],
    forget: (digest) => void known.delete(digest),
  };
}
