import { terminalText } from "../../../plain-text.ts";

/**
 * Puts untrusted text into a code span, for a comment on GitHub or GitLab. There it is not read as Markdown or HTML, and
 * mentions, references, emoji and links have no effect. Escaping would not prevent those: they are found in the finished
 * page. A backtick would end the span, and a bar the table cell, so each is replaced with a similar character.
 */
export function codeSpan(text: string): string {
  const shown = terminalText(text).replaceAll("`", "ˋ").replaceAll("|", "¦").trim();
  return shown === "" ? "" : `\`${shown}\``;
}

/** Puts untrusted text of several lines into a code block. The fence is longer than any run of backticks in the text. */
export function codeBlock(text: string): string {
  const lines = text.trimEnd().split("\n").map(terminalText);
  const longest = Math.max(
    2,
    ...lines.map((line) => Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))),
  );
  const fence = "`".repeat(longest + 1);
  return [`${fence}text`, ...lines, fence].join("\n");
}
