import { isIndexType } from "../../oci/media-type.ts";
import type { CopyImage } from "../action.ts";

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
 * @param chosen those that are wanted; all where missing
 */
export function pullsAtMost(
  image: Costed,
  platforms: number | undefined,
  chosen: readonly string[] | undefined,
): number {
  if (!isIndexType(image.mediaType)) return 1;
  const known = platforms === undefined ? Infinity : platforms * CHILDREN_PER_PLATFORM;
  const fitting = image.size === undefined ? Infinity : Math.floor(image.size / SHORTEST_CHILD);
  const children = Math.min(known, fitting, wantedChildren(chosen));
  return 1 + (Number.isFinite(children) ? children : MOST_CHILDREN);
}

/** Assumed where nothing at all is known of an index: more platforms than any official image has, attestations included. */
const MOST_CHILDREN = 32;

/** Of Windows one platform has several images, which differ in `os.version`: their number is not known beforehand. */
function wantedChildren(chosen: readonly string[] | undefined): number {
  if (chosen === undefined || chosen.some((platform) => platform.startsWith("windows/"))) return Infinity;
  return chosen.length * CHILDREN_PER_PLATFORM;
}

/**
 * The most pulls that several copies can cost together. A digest is read once in a run, however many tags and targets
 * want it; where they want other platforms of it, the index is read once, and the children of each list.
 */
export function pullsTogether(copies: readonly Pick<CopyImage, "digest" | "platforms" | "pullsAtMost">[]): number {
  const byDigest = Map.groupBy(copies, ({ digest }) => digest);
  return [...byDigest.values()].reduce((sum, same) => sum + pullsOfOne(same), 0);
}

function pullsOfOne(copies: readonly Pick<CopyImage, "platforms" | "pullsAtMost">[]): number {
  const byList = new Map(copies.map(({ platforms, pullsAtMost: pulls }) => [platforms?.join(",") ?? ALL, pulls]));
  const whole = byList.get(ALL);
  if (whole !== undefined && whole > 0) return whole;
  const counted = [...byList.values()].filter((pulls) => pulls > 0);
  if (counted.length === 0) return 0;
  const listed = counted.reduce((sum, pulls) => sum + pulls - 1, 0);
  const named = new Set(copies.flatMap(({ platforms, pullsAtMost: pulls }) => (pulls > 0 ? (platforms ?? []) : [])));
  return 1 + Math.min(listed, wantedChildren([...named]));
}

const ALL = "";
