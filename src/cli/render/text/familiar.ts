import { familiarReference, parseReference } from "../../../oci/reference.ts";
import type { Style } from "./style.ts";

/** A full reference as people write it: `docker.io/library/ruby:2.7` is `ruby:2.7`. A pin is as long as the style has digests. */
export function familiar(source: string, style: Style): string {
  const reference = parseReference(source);
  if (typeof reference === "string") return source;
  const { digest, ...named } = reference;
  return digest === undefined ? familiarReference(reference) : `${familiarReference(named)}@${style.digest(digest)}`;
}
