import { familiarReference, parseReference } from "../../oci/reference.ts";

/** A full reference as people write it: `docker.io/library/ruby:2.7` is `ruby:2.7`. */
export function familiar(source: string): string {
  const reference = parseReference(source);
  return typeof reference === "string" ? source : familiarReference(reference);
}
