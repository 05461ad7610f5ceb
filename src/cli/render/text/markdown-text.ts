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

/** Text that GitHub and GitLab show as it is once {@link escapeMarkdown} has escaped it. */
const INERT = /^[A-Za-z0-9 ._:/,+()[\]{}`="'*~;?!%>…-]*$/;

/** Turned into links, references or emoji even in inert characters: `www.example.com`, `https:…`, `GH-12`, `:smile:`. */
const LINKED = /\bwww\.|:\/\/|\bgh-\d|:[\w+-]+:/i;

/** Renders untrusted text in a table cell: as it is if nothing in it has a meaning on a page, otherwise as code. */
export function tableCell(text: string): string {
  const shown = terminalText(text).trim();
  return INERT.test(shown) && !LINKED.test(shown) ? escapeMarkdown(shown) : codeSpan(text);
}

/** Escapes text of mirrorform, which contains no untrusted text but numbers and names that were checked. */
export function escapeMarkdown(text: string): string {
  return terminalText(text.replaceAll("\n", " ")).replaceAll(/[\\`*_{}[\]<>#|~$@&]/g, (mark) => `\\${mark}`);
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
