import { familiarReference, parseReference } from "../../../oci/reference.ts";
import type { Style } from "./style.ts";

/** Shortens a full reference: `docker.io/library/ruby:2.7` becomes `ruby:2.7`. A digest is shown as the style has it. */
export function familiar(source: string, style: Style): string {
  const reference = parseReference(source);
  if (typeof reference === "string") return source;
  const { digest, ...named } = reference;
  return digest === undefined ? familiarReference(reference) : `${familiarReference(named)}@${style.digest(digest)}`;
}

/** Returns the detail of a row about an image: `from ruby:2.7`. */
export function fromSource(source: string, style: Style): string {
  return `from ${familiar(source, style)}`;
}
