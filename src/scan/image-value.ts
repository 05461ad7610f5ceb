import { parseReference } from "../oci/reference.ts";
import type { ImageValue } from "./found-image.ts";
import type { Expansion } from "./text/expand-variables.ts";

/** Returns what an expanded text names. */
export function imageValue({ text, unresolved }: Expansion): ImageValue {
  if (unresolved.length > 0) return { kind: "unresolved", variables: unresolved };
  const reference = parseReference(text);
  return typeof reference === "string" ? { kind: "invalid", message: reference } : { kind: "image", reference };
}
