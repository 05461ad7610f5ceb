import { terminalText } from "../../../plain-text.ts";

/**
 * A text of unknown origin for a comment on GitHub or GitLab: a code span. In there nothing is read as Markdown or
 * HTML, and mentions, references, emoji and links are left alone, which escaping does not reach: they are found in the
 * finished page. A backtick would end the span and a bar the cell of a table; each has a character that looks like it.
 */
export function codeSpan(text: string): string {
  const shown = terminalText(text).replaceAll("`", "ˋ").replaceAll("|", "¦").trim();
  return shown === "" ? "" : `\`${shown}\``;
}

/** The same as a block, for text of several lines. The fence is longer than any in the text. */
export function codeBlock(text: string): string {
  const lines = text.trimEnd().split("\n").map(terminalText);
  const longest = Math.max(
    2,
    ...lines.map((line) => Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))),
  );
  const fence = "`".repeat(longest + 1);
  return [`${fence}text`, ...lines, fence].join("\n");
}
