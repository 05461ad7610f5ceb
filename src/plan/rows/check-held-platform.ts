import type { ActualTarget } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { ErrorReport } from "../../errors.ts";
import { USUAL_HINTS } from "../../error-hints.ts";
import type { Digest } from "../../oci/digest.ts";
import { choosesPlatform } from "../../oci/platforms/platform.ts";
import { missingPlatforms } from "./missing-platforms.ts";

/** The result of comparing the image at the target with the selected platforms. */
type HeldPlatformCheck =
  /** The image has them, no platforms are selected, or it is an index, which names its platforms itself. */
  | { kind: "as-selected" }
  | { kind: "missing"; error: ErrorReport }
  /** Its config could not be read. */
  | { kind: "unchecked"; error: ErrorReport };

/**
 * Compares an image that is unchanged otherwise with the selected platforms. A single-platform image is copied as it is,
 * so its digest does not depend on them.
 */
export function checkHeldPlatform(target: ActualTarget, image: DesiredImage, have: Digest): HeldPlatformCheck {
  const content = target.contents?.get(image.repository)?.get(image.tag);
  const held = content?.kind === "image" ? content.platform : undefined;
  if (image.platforms === undefined || held === undefined) return { kind: "as-selected" };
  if (held.kind === "unread") return { kind: "unchecked", error: held.error };
  const { platform } = held;
  const missing = image.platforms.filter((each) => platform === undefined || !choosesPlatform(each, platform));
  if (missing.length === 0) return { kind: "as-selected" };
  const error: ErrorReport = {
    code: "PLATFORM_MISSING",
    side: "source",
    operation: "select platforms of",
    reference: `${image.source.repository}@${have}`,
    message: missingPlatforms(missing, platform === undefined ? [] : [platform]),
    hint: USUAL_HINTS.PLATFORM_MISSING,
  };
  return { kind: "missing", error };
}
