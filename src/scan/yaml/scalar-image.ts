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
  const edit = editOf(text, span, hasVariables);
  const isKnown = edit.kind !== "name" || isWrittenAsIs(scalar);
  return { at, span, text, value: imageValue(expanded), edit: isKnown ? edit : ESCAPED };
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
  const text = scalar.text.slice(prefix.length);
  if (!isWrittenAsIs(scalar)) return { ...scalarImage(at, { ...scalar, text }, expand), edit: ESCAPED };
  return scalarImage(at, { ...scalar, text, span: { start: start + prefix.length, end } }, expand);
}

/** An escape such as `\\/` in JSON moves the places of what follows. */
function isWrittenAsIs({ text, span }: YamlScalar): boolean {
  return span.end - span.start === text.length;
}

const ESCAPED = { kind: "none", reason: "it is written with escapes" } as const;
