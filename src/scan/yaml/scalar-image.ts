import { editOf } from "../edit-of.ts";
import type { FoundImage } from "../found-image.ts";
import { imageValue } from "../image-value.ts";
import type { Expansion } from "../text/expand-variables.ts";
import type { YamlScalar } from "./yaml-documents.ts";

/** Expands the variables of a text, in the syntax of the file. */
export type Expand = (text: string) => Expansion;

/** Expands nothing: for files without variables. */
export const AS_WRITTEN: Expand = (text) => ({ text, unresolved: [] });

/** Returns the image that a scalar names. */
export function scalarImage(at: string, scalar: YamlScalar, expand: Expand = AS_WRITTEN): FoundImage {
  const { text, span } = scalar;
  const expanded = expand(text);
  const hasVariables = expanded.text !== text || expanded.unresolved.length > 0;
  return { at, span, text, value: imageValue(expanded), edit: editOf(text, span, hasVariables) };
}

/** Returns the image that a scalar names behind a prefix such as `docker://`; undefined if it has another one. */
export function prefixedImage(
  at: string,
  scalar: YamlScalar | undefined,
  prefix: string,
  expand: Expand = AS_WRITTEN,
): FoundImage | undefined {
  if (scalar === undefined || !scalar.text.startsWith(prefix)) return undefined;
  const { start, end } = scalar.span;
  // An escape in the prefix would move the start; nobody writes one.
  const span = { start: start + prefix.length, end };
  return scalarImage(at, { ...scalar, text: scalar.text.slice(prefix.length), span }, expand);
}
