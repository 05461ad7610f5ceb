import type { ActualTarget } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";

export type Held =
  | { kind: "read"; digest: Digest | undefined }
  | { kind: "archived"; digest: Digest }
  | { kind: "unreadable"; error: ErrorReport };

/** Returns the digest that a target's tag names; undefined if the tag or its repository does not exist. */
export function heldDigest(target: ActualTarget, image: Pick<DesiredImage, "repository" | "tag">): Held {
  const tags = target.tags.get(image.repository);
  if (tags === undefined) return { kind: "read", digest: undefined };
  const archived = target.archived?.get(image.repository)?.get(image.tag);
  if (archived !== undefined) return { kind: "archived", digest: archived };
  if (tags instanceof Map) return { kind: "read", digest: tags.get(image.tag) };
  return { kind: "unreadable", error: tags as ErrorReport };
}
