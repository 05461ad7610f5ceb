import type { HeldContent } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import { isIndexType, OCI_INDEX } from "../../oci/media-type.ts";
import { pullsAtMost } from "../cost/pull-cost.ts";
import type { ImageCount } from "./lifecycle-reach.ts";
import type { ImageRow } from "../rows/row.ts";

/**
 * Returns the number of images that ECR will count for a declared image: its manifest, and each manifest that an index
 * names. Copying the image reads the same number of manifests.
 * @param row the image's row
 * @param held what its tag names now
 */
export function countImages(
  { platforms }: Pick<DesiredImage, "platforms">,
  row: ImageRow | undefined,
  held: HeldContent | undefined,
): ImageCount {
  const copy = row?.kind === "action" && row.action.kind === "copy-image" ? row.action : undefined;
  if (copy !== undefined && !isIndexType(copy.mediaType)) return exactly(1);
  if (copy === undefined && held?.kind === "image") return exactly(1);
  if (copy === undefined && held?.kind === "index" && held.children !== undefined) return exactly(1 + held.children);
  const known = copy?.content?.platforms;
  return {
    atLeast: copy === undefined ? 1 : 1 + (platforms?.length ?? known ?? 0),
    atMost: pullsAtMost({ mediaType: OCI_INDEX, size: undefined }, known, platforms),
  };
}

function exactly(images: number): ImageCount {
  return { atLeast: images, atMost: images };
}
