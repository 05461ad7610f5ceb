/**
 * A word with the spaces before it. Code in backticks is one word, because people copy it, and so is a number with its
 * unit.
 */
const WORDS = /(\s*)((?:\d[\d.]* )?(?:[^\s`]|`[^`]*`|`)+)/g;

/** Select Graphic Rendition (ECMA-48, 8.3.117), which takes no room on the screen. */
// eslint-disable-next-line no-control-regex
const STYLES = /\u001b\[[0-9;]*m/g;

/** Spaces before the continuation of a line, in addition to those of its first line. */
const HANGING = 2;

/**
 * Wraps lines between words, and indents what continues. Rows that {@link arrange} laid out stay as they are. Only a word
 * that is longer than the width makes a line longer.
 * @param width in characters; undefined for no limit
 */
export function wrapLines(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  return text
    .split("\n")
    .map((line) => (lengthOf(line) <= width ? line : wrapLine(line, width)))
    .join("\n");
}

/** Puts an indent before each line of a text that ends with a newline. */
export function indented(text: string, indent: string): string {
  return text.replaceAll(/^(?=.)/gm, indent);
}

function wrapLine(line: string, width: number): string {
  const indent = " ".repeat((/^ */.exec(line)?.[0] ?? "").length + HANGING);
  const lines: string[] = [];
  let current = "";
  for (const [, space = "", word = ""] of line.matchAll(WORDS)) {
    if (current.trim() === "" || lengthOf(current) + space.length + lengthOf(word) <= width) current += space + word;
    else {
      lines.push(current);
      current = indent + word;
    }
  }
  return [...lines, current].join("\n");
}

function lengthOf(text: string): number {
  return text.replaceAll(STYLES, "").length;
}
