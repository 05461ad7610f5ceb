import { isIndexType } from "../oci/media-type.ts";

/** The shortest child that an index can name; everything longer means fewer children. */
const SHORTEST_CHILD = JSON.stringify({
  mediaType: "application/vnd.oci.image.index.v1+json",
  digest: `sha256:${"0".repeat(64)}`,
  size: 0,
}).length;

/** BuildKit adds at most one attestation to each platform's image, and catalogues may leave them out. */
const CHILDREN_PER_PLATFORM = 2;

export interface Costed {
  mediaType: string;
  /** Length of the manifest in bytes, as HEAD gave it. */
  size: number | undefined;
}

/**
 * The most pulls that copying an image can cost: each GET of a manifest is one (Docker Hub counts manifest requests).
 * 1 for an image. For an index 1 and its children: as many as its platforms can have, and never more than fit its length.
 * @param platforms how many platforms it has, where that is known
 */
export function pullsAtMost(image: Costed, platforms: number | undefined): number {
  if (!isIndexType(image.mediaType)) return 1;
  const known = platforms === undefined ? Infinity : platforms * CHILDREN_PER_PLATFORM;
  const fitting = image.size === undefined ? Infinity : Math.floor(image.size / SHORTEST_CHILD);
  const children = Math.min(known, fitting);
  return 1 + (Number.isFinite(children) ? children : MOST_CHILDREN);
}

/** Assumed where nothing at all is known of an index: more platforms than any official image has, attestations included. */
const MOST_CHILDREN = 32;
