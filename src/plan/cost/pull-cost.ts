import { isIndexType } from "../../oci/media-type.ts";
import { choiceKey } from "../../oci/platforms/selection.ts";
import type { CopyImage } from "../action.ts";

/** Length in bytes of the shortest possible entry of an index. */
const SHORTEST_CHILD = JSON.stringify({
  mediaType: "application/vnd.oci.image.index.v1+json",
  digest: `sha256:${"0".repeat(64)}`,
  size: 0,
}).length;

/** BuildKit adds at most one attestation to each platform's image. Catalogues may omit them. */
const CHILDREN_PER_PLATFORM = 2;

export interface Costed {
  mediaType: string;
  /** Length of the manifest in bytes, from HEAD. */
  size: number | undefined;
}

/**
 * Returns an upper bound of the pulls that copying an image uses. Docker Hub counts each GET of a manifest as one.
 * A single-platform image uses 1. An index uses 1, plus 1 for each child: at most as many as its platforms can have, and
 * as fit its length.
 * @param platforms number of platforms, if known
 * @param selected the selected platforms; undefined for all
 */
export function pullsAtMost(
  image: Costed,
  platforms: number | undefined,
  selected: readonly string[] | undefined,
): number {
  if (!isIndexType(image.mediaType)) return 1;
  const known = platforms === undefined ? Infinity : platforms * CHILDREN_PER_PLATFORM;
  const fitting = image.size === undefined ? Infinity : Math.floor(image.size / SHORTEST_CHILD);
  const children = Math.min(known, fitting, selectedChildren(selected));
  return 1 + (Number.isFinite(children) ? children : MOST_CHILDREN);
}

/** Assumed for an index of which nothing is known: more than any official image has, attestations included. */
const MOST_CHILDREN = 32;

/**
 * A Windows platform can have several images that differ in `os.version`, and several of those can start with the same
 * parts, so their number is unknown.
 */
function selectedChildren(selected: readonly string[] | undefined): number {
  if (selected === undefined || selected.some((platform) => /^windows[/(]/.test(platform))) return Infinity;
  return selected.length * CHILDREN_PER_PLATFORM;
}

/**
 * Returns an upper bound of the pulls that several copies use together. A run reads a digest once for all tags and
 * targets. If they select different platforms, it reads the index once, and the children of each selection.
 */
export function pullsTogether(
  copies: readonly Pick<CopyImage, "digest" | "platforms" | "attestations" | "pullsAtMost">[],
): number {
  const byDigest = Map.groupBy(copies, ({ digest }) => digest);
  return [...byDigest.values()].reduce((sum, same) => sum + pullsOfOne(same), 0);
}

function pullsOfOne(copies: readonly Pick<CopyImage, "platforms" | "attestations" | "pullsAtMost">[]): number {
  const withAllPlatforms = copies.filter(({ platforms }) => platforms === undefined);
  const whole = Math.max(0, ...withAllPlatforms.map(({ pullsAtMost: pulls }) => pulls));
  if (whole > 0) return whole;
  const byChoice = new Map(copies.map((each) => [choiceKey(each), each.pullsAtMost]));
  const counted = [...byChoice.values()].filter((pulls) => pulls > 0);
  if (counted.length === 0) return 0;
  const listed = counted.reduce((sum, pulls) => sum + pulls - 1, 0);
  const named = new Set(copies.flatMap(({ platforms, pullsAtMost: pulls }) => (pulls > 0 ? (platforms ?? []) : [])));
  return 1 + Math.min(listed, selectedChildren([...named]));
}
