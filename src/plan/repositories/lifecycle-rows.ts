import type { ActualTarget } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import { isManaged } from "../../repository/ownership.ts";
import { formatReference } from "../../oci/reference.ts";
import { lifecycleReach } from "./lifecycle-reach.ts";
import { countImages } from "./image-count.ts";
import type { ImageRow, Row } from "../rows/row.ts";
import { digestOf, repositoryOf, tagOf } from "../rows/row-fields.ts";

/**
 * Returns a warning for each rule of a declared lifecycle policy that removes declared tags, or may: the next run would
 * copy them again. Nothing for repositories that this mirror file does not own.
 * @param imageRows used to find tags of the same image
 */
export function lifecycleRows(
  images: readonly DesiredImage[],
  target: ActualTarget,
  owner: string,
  imageRows: readonly ImageRow[],
): Row[] {
  const rows = new Map(imageRows.map((row) => [`${repositoryOf(row)}:${tagOf(row)}`, row]));
  return [...Map.groupBy(images, ({ repository }) => repository)].flatMap(([repository, group]): Row[] => {
    const settings = group[0]?.settings ?? {};
    const { lifecyclePolicy } = settings;
    const state = target.repositories?.get(repository);
    if (target.repositories === undefined || lifecyclePolicy === undefined || lifecyclePolicy === "none") return [];
    if (state !== undefined && !isManaged(state, settings, owner)) return [];
    const declared = group.map((image) => {
      const { tag, source } = image;
      const row = rows.get(`${repository}:${tag}`);
      const held = target.contents?.get(repository)?.get(tag);
      const digest = row === undefined ? undefined : digestOf(row);
      return { tag, image: digest ?? formatReference(source), counted: countImages(image, row, held) };
    });
    return lifecycleReach(lifecyclePolicy.json, declared).map((rule) => ({
      kind: "lifecycle-warning",
      reason: "lifecycle-reaches-declared",
      target: target.name,
      repository,
      rule,
    }));
  });
}
