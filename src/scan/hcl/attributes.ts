import type { Span } from "../found-image.ts";
import { hclTokens, type Token } from "./tokens.ts";

/** An attribute, or a key of an object, whose value is a text. */
export interface Attribute {
  readonly name: string;
  /** The blocks and attributes around it, from the outside: `["resource docker_image web"]`. */
  readonly path: readonly string[];
  /** The text without quotes, with its templates. For a here-document: its lines. */
  readonly text: string;
  readonly span: Span;
}

/** Returns the attributes of a file whose values are texts and nothing else. */
export function hclAttributes(source: string): Attribute[] {
  const tokens = hclTokens(source);
  const attributes: Attribute[] = [];
  const path: string[] = [];
  let header: string[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "identifier" || token.kind === "text") {
      const value = valueAfter(tokens, index);
      if (value !== undefined) attributes.push({ name: token.text, path: [...path], ...textOf(value) });
      header.push(token.text);
    } else if (token.kind === "line-break" || token.text === ",") header = [];
    else if (isOpening(token.text)) {
      path.push(header.join(" "));
      header = [];
    } else if (isClosing(token.text)) path.pop();
  }
  return attributes;
}

function isOpening(text: string): boolean {
  return text === "{" || text === "(" || text === "[";
}

function isClosing(text: string): boolean {
  return text === "}" || text === ")" || text === "]";
}

/** Returns the text that is assigned to a name, if it is the whole value. */
function valueAfter(tokens: readonly Token[], index: number): Token | undefined {
  const [assignment, value, next] = tokens.slice(index + 1, index + 4);
  if (assignment?.text !== "=" && assignment?.text !== ":") return undefined;
  if (value?.kind !== "text" && value?.kind !== "heredoc") return undefined;
  const isWhole = next === undefined || next.kind === "line-break" || next.text === "," || isClosing(next.text);
  return isWhole ? value : undefined;
}

function textOf({ kind, text, span }: Token): { text: string; span: Span } {
  if (kind !== "heredoc") return { text, span };
  const first = text.indexOf("\n") + 1;
  const last = text.lastIndexOf("\n") + 1;
  return { text: text.slice(first, last), span: { start: span.start + first, end: span.start + last } };
}
