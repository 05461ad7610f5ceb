/** Splits HCL into tokens, as far as finding attributes needs it (hashicorp/hcl, "HCL Native Syntax Specification"). */
import type { Span } from "../found-image.ts";

export interface Token {
  readonly kind: "identifier" | "text" | "heredoc" | "line-break" | "other";
  /** Without quotes. Escapes and templates are as the file has them. */
  readonly text: string;
  readonly span: Span;
}

const PATTERNS: readonly (readonly [Token["kind"] | "space", RegExp])[] = [
  ["space", /[ \t\r]+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/y],
  ["line-break", /\n/y],
  // One without an end takes the rest, so that the rest is read once.
  ["heredoc", /<<-?([\w.-]+)\r?\n(?:[^]*?\n[ \t]*\1(?=[\s,)\]}]|$)|[^]*)/y],
  ["identifier", /[\p{L}_][\p{L}\p{N}_-]*/uy],
  ["other", /==|=>|[^]/y],
];

/** Returns the tokens of a text, without spaces and comments. */
export function hclTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < text.length) {
    if (text[offset] === '"') {
      const end = endOfText(text, offset + 1);
      tokens.push({ kind: "text", text: text.slice(offset + 1, end), span: { start: offset + 1, end } });
      offset = end + 1;
      continue;
    }
    const { kind, end } = matchAt(text, offset);
    if (kind !== "space") tokens.push({ kind, text: text.slice(offset, end), span: { start: offset, end } });
    offset = end;
  }
  return tokens;
}

function matchAt(text: string, offset: number): { kind: Token["kind"] | "space"; end: number } {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    if (match !== null) return { kind, end: offset + match[0].length };
  }
  return { kind: "other", end: offset + 1 };
}

/** Deeper than people nest templates. Protects the stack. */
const MAX_NESTED = 50;

/** Returns the offset of the quote that closes a text. Templates such as `${var.a["b"]}` can contain texts. */
function endOfText(text: string, start: number, depth = 0): number {
  let offset = start;
  while (offset < text.length) {
    const character = text[offset];
    if (character === '"' || character === "\n") return offset;
    if (character === "\\") offset += 2;
    else if ((character === "$" || character === "%") && text[offset + 1] === "{")
      offset = endOfTemplate(text, offset, depth + 1);
    else offset++;
  }
  return text.length;
}

function endOfTemplate(text: string, start: number, nested: number): number {
  if (nested > MAX_NESTED) return text.length;
  // `$${` is a literal `${`.
  if (text[start - 1] === text[start]) return start + 2;
  let depth = 0;
  let offset = start + 1;
  while (offset < text.length) {
    const character = text[offset];
    if (character === "\n") return offset;
    if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return offset + 1;
    else if (character === '"') offset = endOfText(text, offset + 1, nested);
    offset++;
  }
  return text.length;
}
