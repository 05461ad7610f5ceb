import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { Digest } from "../../oci/digest.ts";
import { isImageType } from "../../oci/media-type.ts";
import { choiceKey, selects } from "../../oci/platforms/selection.ts";
import type { ImagePlace, Row } from "../rows/row.ts";
import { compareText } from "../rows/row-order.ts";

/** An image with referrers to mirror, and the digest that the target has or gets. */
export interface ReferredRow {
  /** Target, repository, digest, types and choice, as text. */
  key: string;
  image: DesiredImage;
  /** For the rows and actions about its referrers. */
  place: ImagePlace;
  /** The digest that the tag names or gets, in the algorithm of the source. For a copy with selected platforms, the source's digest. */
  digest: Digest;
  /** Whether `apply` still has to write the index of the chosen part, so that its children are unknown. */
  isUnmade: boolean;
  /** Whether the tag names an index that mirrorform made. */
  isSelection: boolean;
  /** Whether it is known to be the manifest of a single-platform image. */
  isSingle: boolean;
}

/**
 * Returns the images with `referrers` that the target has or gets. Excludes images with `refresh: missing` that exist,
 * because their source is not queried, and images that could not be checked or are blocked. Tags with one digest in one
 * repository share their referrers; the first tag represents all.
 * @param rows of the images of one or more targets
 */
export function referredImages(rows: readonly Row[], images: readonly DesiredImage[]): ReferredRow[] {
  const wanting = images.filter((image) => image.referrers !== undefined);
  if (wanting.length === 0) return [];
  const byPlace = new Map(wanting.map((image) => [keyOf(image), image]));
  const all = rows.flatMap((row): ReferredRow[] => {
    const found = imageIn(row);
    const image = found === undefined ? undefined : byPlace.get(keyOf(found.place));
    if (found === undefined || image === undefined) return [];
    const { target, repository, tag, source, order } = found.place;
    const types = image.referrers?.types?.toSorted() ?? null;
    const key = JSON.stringify([target, repository, found.digest, types, choiceKey(image)]);
    return [{ ...found, key, image, place: { target, repository, tag, source, order } }];
  });
  const first = new Map<string, ReferredRow>();
  for (const each of all.toSorted((a, b) => compareText(a.place.tag, b.place.tag))) {
    if (!first.has(each.key)) first.set(each.key, each);
  }
  return [...first.values()];
}

function imageIn(
  row: Row,
): Pick<ReferredRow, "place" | "digest" | "isUnmade" | "isSelection" | "isSingle"> | undefined {
  if (row.kind === "held-by-lock" || (row.kind === "unchanged" && row.reason === "same-digest")) {
    const digest = row.sourceDigest ?? row.have;
    const isSelection = row.kind === "unchanged" ? row.madeOf !== undefined : row.locked !== digest;
    return { place: row, digest, isUnmade: false, isSelection, isSingle: false };
  }
  if (row.kind !== "action" || row.action.kind !== "copy-image") return undefined;
  const { digest, mediaType } = row.action;
  const isSingle = isImageType(mediaType);
  const isUnmade = selects(row.action) && !isSingle;
  return { place: row.action, digest, isUnmade, isSelection: isUnmade, isSingle };
}

function keyOf({ target, repository, tag }: { target: string; repository: string; tag: string }): string {
  return `${target} ${repository}:${tag}`;
}
