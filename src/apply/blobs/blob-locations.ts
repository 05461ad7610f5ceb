import { blobKey, type Descriptor } from "../../oci/descriptor.ts";
import type { ImageTarget, TargetRepository } from "../ports.ts";

/** Locations remembered per blob: enough to have another one when one fails. */
const MAX_LOCATIONS = 8;

/** A blob with the size that a manifest states. */
type Blob = Pick<Descriptor, "digest" | "size">;

/** The target repositories that have a blob, as far as this run has seen. */
export interface BlobLocations {
  add(blob: Blob, target: ImageTarget, repository: string): void;
  of(blob: Blob): readonly TargetRepository[];
  /** Forgets all locations of a blob, after one of them delivered wrong bytes. */
  forget(blob: Blob): void;
}

/** Makes an empty list of locations. It keeps at most {@link MAX_LOCATIONS} per blob, but at least one per target. */
export function createBlobLocations(): BlobLocations {
  const known = new Map<string, TargetRepository[]>();
  return {
    add(blob, target, repository) {
      const locations = known.get(blobKey(blob)) ?? [];
      known.set(blobKey(blob), locations);
      const isKnown = locations.some((each) => each.target === target && each.repository === repository);
      const isNewTarget = !locations.some((each) => each.target === target);
      if (!isKnown && (isNewTarget || locations.length < MAX_LOCATIONS)) locations.push({ target, repository });
    },
    of: (blob) => known.get(blobKey(blob)) ?? [],
    forget: (blob) => void known.delete(blobKey(blob)),
  };
}
