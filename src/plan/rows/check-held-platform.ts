import type { ActualTarget } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { ErrorReport } from "../../errors.ts";
import { USUAL_HINTS } from "../../error-hints.ts";
import type { Digest } from "../../oci/digest.ts";
import { missingPlatforms } from "./missing-platforms.ts";

/** What an image that a tag holds has of the platforms that are chosen. */
type HeldPlatformCheck =
  /** All of them, or none are chosen, or it is an index, which says itself which it was made with. */
  | { kind: "as-chosen" }
  | { kind: "missing"; error: ErrorReport }
  /** Nobody knows: its config could not be read. */
  | { kind: "unchecked"; error: ErrorReport };

/**
 * Checks what is not changed otherwise against the list of platforms: an image that is no index is copied as it is, so
 * that its digest is the same whatever the list says.
 */
export function checkHeldPlatform(target: ActualTarget, image: DesiredImage, have: Digest): HeldPlatformCheck {
  const content = target.contents?.get(image.repository)?.get(image.tag);
  const held = content?.kind === "image" ? content.platform : undefined;
  if (image.platforms === undefined || held === undefined) return { kind: "as-chosen" };
  if (held.kind === "unread") return { kind: "unchecked", error: held.error };
  const missing = image.platforms.filter((chosen) => chosen !== held.platform);
  if (missing.length === 0) return { kind: "as-chosen" };
  const error: ErrorReport = {
    code: "PLATFORM_MISSING",
    side: "source",
    operation: "select platforms of",
    reference: `${image.source.repository}@${have}`,
    message: missingPlatforms(missing, held.platform === undefined ? [] : [held.platform]),
    hint: USUAL_HINTS.PLATFORM_MISSING,
  };
  return { kind: "missing", error };
}
