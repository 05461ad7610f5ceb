import type { Edit, Span } from "./found-image.ts";

/**
 * Returns what has to change to name an image elsewhere.
 * @param text the name as the file writes it, at the start of the span
 * @param hasVariables whether the text contains something that is expanded
 */
export function editOf(text: string, span: Span, hasVariables: boolean): Edit {
  if (!hasVariables) return { kind: "whole", span };
  const name = /^[^$%<{\s"'\\`]+(?=[:@][^/]*$)/.exec(text)?.[0];
  if (name === undefined) return { kind: "none", reason: "its name comes from a variable" };
  return { kind: "name", span: { start: span.start, end: span.start + name.length } };
}
