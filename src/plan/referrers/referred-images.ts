import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { Digest } from "../../oci/digest.ts";
import { isImageType } from "../../oci/media-type.ts";
import type { ImagePlace, Row } from "../rows/row.ts";
import { compareText } from "../rows/row-order.ts";

/** An image whose referrers are wanted at a target, and what its row says that the target has or gets. */
export interface ReferredRow {
  /** Target, repository, digest, types and platforms, as a text. */
  key: string;
  image: DesiredImage;
  /** What the rows and actions about it say. */
  place: ImagePlace;
  /** What the tag holds, or will hold; of an image that is to be copied with some platforms the source's. */
  digest: Digest;
  /** Whether that index is still to be made, so that nobody knows yet what is in it. */
  isUnmade: boolean;
  /** Whether it is known to be the manifest of one image. */
  isSingle: boolean;
}

/**
 * The images that ask for referrers and that the target has or will have. Not those with `refresh: missing` that are
 * there, as their source is not asked at all, nor those that could not be checked or are blocked. Tags of one digest in
 * one repository share their referrers: the first tag stands for all.
 * @param rows of images of one target, or of all
 */
export function referredImages(rows: readonly Row[], images: readonly DesiredImage[]): ReferredRow[] {
  const wanting = images.filter((image) => image.referrers !== undefined);
  if (wanting.length === 0) return [];
  const byPlace = new Map(wanting.map((image) => [placeOf(image), image]));
  const all = rows.flatMap((row): ReferredRow[] => {
    const told = digestOf(row);
    const image = told === undefined ? undefined : byPlace.get(placeOf(told.place));
    if (told === undefined || image === undefined) return [];
    const { target, repository, tag, source, order } = told.place;
    const types = image.referrers?.types?.toSorted() ?? null;
    const key = JSON.stringify([target, repository, told.digest, types, image.platforms ?? null]);
    return [{ ...told, key, image, place: { target, repository, tag, source, order } }];
  });
  const first = new Map<string, ReferredRow>();
  for (const each of all.toSorted((a, b) => compareText(a.place.tag, b.place.tag))) {
    if (!first.has(each.key)) first.set(each.key, each);
  }
  return [...first.values()];
}

function digestOf(row: Row): Pick<ReferredRow, "place" | "digest" | "isUnmade" | "isSingle"> | undefined {
  if (row.kind === "held-by-lock" || (row.kind === "unchanged" && row.reason === "same-digest")) {
    return { place: row, digest: row.have, isUnmade: false, isSingle: false };
  }
  if (row.kind !== "action" || row.action.kind !== "copy-image") return undefined;
  const { digest, mediaType, platforms } = row.action;
  const isSingle = isImageType(mediaType);
  return { place: row.action, digest, isUnmade: platforms !== undefined && !isSingle, isSingle };
}

function placeOf({ target, repository, tag }: { target: string; repository: string; tag: string }): string {
  return `${target} ${repository}:${tag}`;
}
