import { withoutCredentials, type Problem } from "./problem.ts";
import { lineAt, sourceText } from "./source-text.ts";
import { terminalText } from "../../plain-text.ts";

/** The most characters of a line to show around the caret. */
const MAX_LINE = 100;

/**
 * Renders a problem: `mirrors.yaml:14:5: message`, the line, a caret and the hint. Escapes text from the file for the
 * terminal.
 * @param source the text of the mirror file
 */
export function renderProblem(problem: Problem, source: string): string {
  const { position, path, message, hint } = problem;
  const place = position === undefined ? "" : `:${position.line}:${position.column}`;
  const lines = [`${terminalText(path)}${place}: ${terminalText(message)}`];
  if (position !== undefined && source !== "") {
    const line = withoutCredentials(lineAt(sourceText(source), position.line));
    const margin = `${position.line} | `.padStart(7);
    const { text, caret } = excerpt(line, position.column - 1);
    lines.push(`${margin}${text}`, `${"| ".padStart(margin.length)}${" ".repeat(caret)}^`);
  }
  if (hint !== undefined) lines.push(`  hint: ${terminalText(hint)}`);
  return lines.join("\n");
}

/** Truncates a long line around a character. `caret` is the number of columns before that character in `text`. */
function excerpt(line: string, index: number): { text: string; caret: number } {
  const characters = [...line];
  const from = characters.length <= MAX_LINE ? 0 : clamp(index - MAX_LINE / 2, characters.length - MAX_LINE);
  const until = Math.min(characters.length, from + MAX_LINE);
  const head = from > 0 ? "…" : "";
  const tail = until < characters.length ? "…" : "";
  const before = head + terminalText(characters.slice(from, index).join(""));
  const after = terminalText(characters.slice(Math.max(from, index), until).join("")) + tail;
  return { text: before + after, caret: [...before].length };
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
