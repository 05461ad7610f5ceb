/**
 * Explains YAML syntax errors. A parser stops where it cannot go on, which is often a line after the mistake, and names
 * its own rule. These explanations name the mistake, its place and the right form.
 */
import { quote, type Diagnostic } from "../text/problem.ts";
import { commaMistake, flowBracketMistake } from "./flow-brackets.ts";
import { layoutMistake } from "./line-layout.ts";
import { quoteMistake } from "./quotes.ts";
import { linesAround, type Failure, type Mistake } from "./syntax-failure.ts";

/**
 * Explains why a text is not YAML.
 * @param offset where the parser stopped; undefined if not known
 * @param reason the parser's words
 */
export function explainSyntax(
  text: string,
  offset: number | undefined,
  reason: string,
): Diagnostic & { offset: number | undefined } {
  const failure = offset === undefined ? undefined : linesAround(text, offset, reason);
  const found = failure === undefined ? undefined : EXPLANATIONS.map((each) => each(failure)).find(Boolean);
  if (found === undefined || failure === undefined) return { offset, message: `invalid YAML: ${reason}` };
  const { line, column, message, hint } = found;
  return { offset: failure.lineStart(line) + column, message: `invalid YAML: ${message}`, hint };
}

const EXPLANATIONS: readonly ((failure: Failure) => Mistake | undefined)[] = [
  tab,
  fence,
  template,
  quoteMistake,
  reservedStart,
  braces,
  flowBracketMistake,
  commaMistake,
  layoutMistake,
];

/** A tab in the indentation, or after the dash of a list. */
function tab({ lines, line, reason }: Failure): Mistake | undefined {
  const column = /^[ -]*\t/.exec(lines[line] ?? "")?.[0].length;
  if (column === undefined || !/tab|indentation/.test(reason)) return undefined;
  return { line, column: column - 1, message: "a tab in the indentation", hint: "indent with spaces" };
}

/** A value that starts with a character that YAML uses itself. */
function reservedStart({ lines, line, column, reason }: Failure): Mistake | undefined {
  const text = lines[line] ?? "";
  const isName = /^name of an (?:alias|anchor)/.test(reason);
  const start = isName ? Math.max(text.lastIndexOf("*", column), text.lastIndexOf("&", column)) : column;
  const character = text[start] ?? "";
  if (!(isName ? /[*&]/ : /[@`%]/).test(character) || !/(?:[:[{,-]\s*|^\s*)$/.test(text.slice(0, start)))
    return undefined;
  const value = /^[^\s,\]}]*/.exec(text.slice(start))?.[0] ?? character;
  const rule = /\btags: *\[?$/.test(text.slice(0, start)) && character === "*";
  return {
    line,
    column: start,
    message: `text that starts with ${quote(character)} needs quotes`,
    hint: rule ? 'write tags: { match: ".*" } to select all tags' : `write "${value}"`,
  };
}

/** Text that was copied with the marks around a code block of Markdown. */
function fence({ lines, line }: Failure): Mistake | undefined {
  if (!/^\s*(?:`{3}|~{3})/.test(lines[line] ?? "")) return undefined;
  return { line, column: 0, message: "this line is from Markdown", hint: "remove the lines with ```" };
}

function template({ lines, line, column }: Failure): Mistake | undefined {
  if (!/\{\{|\{%/.test(lines[line] ?? "")) return undefined;
  return { line, column, message: "this is a template", hint: "render it first, or put quotes around text with {{" };
}

/** Without quotes, YAML reads `{name}:{tag}` and `{ region: ${AWS_REGION} }` as maps. */
function braces({ lines, line, column }: Failure): Mistake | undefined {
  const text = lines[line] ?? "";
  if (!/\$\{|:\s*\{\w+\}/.test(text)) return undefined;
  const hint = 'put quotes around text that contains {: "{name}:{tag}", "${AWS_REGION}"';
  return { line, column, message: "text with { needs quotes", hint };
}
