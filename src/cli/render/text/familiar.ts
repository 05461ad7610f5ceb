import { abbreviateDigest } from "../../../oci/digest.ts";
import { familiarReference, parseReference } from "../../../oci/reference.ts";

/** Shortens a full reference: `docker.io/library/ruby:2.7` becomes `ruby:2.7`. A digest is abbreviated. */
export function familiar(source: string): string {
  const reference = parseReference(source);
  if (typeof reference === "string") return source;
  const { digest, ...named } = reference;
  return digest === undefined
    ? familiarReference(reference)
    : `${familiarReference(named)}@${abbreviateDigest(digest)}`;
}

/** Returns the detail of a row about an image: `from ruby:2.7`. */
export function fromSource(source: string): string {
  return `from ${familiar(source)}`;
}
