import { MAX_NAME_LENGTH } from "./max-name.ts";
import type { Expansion } from "./expand-variables.ts";

/**
 * Returns a function that takes each expression of a template language for an unknown value: it depends on a run of the
 * pipeline.
 * @param expression its groups are the name, in one of several forms
 */
export function unknownExpressions(expression: RegExp): (text: string) => Expansion {
  return (text) => {
    if (text.length > MAX_NAME_LENGTH) return { text, unresolved: [] };
    const names = Array.from(text.matchAll(expression), ([whole, ...names]) =>
      (names.find((name) => name !== undefined) ?? whole).trim(),
    );
    return { text, unresolved: [...new Set(names)] };
  };
}
