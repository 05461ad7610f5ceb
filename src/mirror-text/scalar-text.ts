import { stringify } from "yaml";

/**
 * Writes a text as a YAML scalar, with quotes only if it needs them. mirrorform reads 1.10 as text, but editors and other
 * programs read a number, so it gets quotes, too.
 */
export function scalarText(text: string): string {
  return stringify(text, { lineWidth: 0, defaultStringType: "PLAIN", defaultKeyType: "PLAIN" }).trimEnd();
}
