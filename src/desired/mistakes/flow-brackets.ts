import { quote } from "../text/problem.ts";
import type { Failure, Mistake } from "./syntax-failure.ts";

/** Finds the place of a missing comma, or a dash in a flow map. */
export function commaMistake({ lines, line, column, reason }: Failure): Mistake | undefined {
  if (!reason.startsWith("missed comma")) return undefined;
  const text = lines[line] ?? "";
  const [, start] = /^(\s*)- /.exec(text) ?? [];
  if (start !== undefined && column <= start.length + 1) {
    const hint = "remove the bracket above and its end, or separate the items with commas";
    return { line, column: start.length, message: "a list with dashes cannot be in { } or [ ]", hint };
  }
  const [token] = /(?:"[^"]*"|'[^']*'|[\w.-]+)\s*$/.exec(text.slice(0, column)) ?? [];
  if (token === undefined) return undefined;
  const at = column - token.length;
  return { line, column: at, message: `a comma is missing before ${token.trim()}`, hint: "add a comma before it" };
}

const CLOSING: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** Finds the bracket of a flow map or list that is not closed, or that is closed by another one. */
export function flowBracketMistake({ lines, line, reason }: Failure): Mistake | undefined {
  if (!/flow collection|missed comma|deficient indentation|separator is expected/.test(reason)) return undefined;
  const isEnd = /end of the stream within/.test(reason);
  const isBroken = isEnd || /deficient indentation/.test(reason);
  const open: { line: number; column: number; bracket: string }[] = [];
  for (const [at, text] of lines.slice(0, line + (isBroken && !isEnd ? 0 : 1)).entries()) {
    for (const { index, 0: token } of text.matchAll(TOKEN)) {
      if (token.startsWith("#")) break;
      if (token === "{" || token === "[") {
        if (open.length > 0 || /(?:[:,[{-]\s*|^\s*)$/.test(text.slice(0, index)))
          open.push({ line: at, column: index, bracket: token });
      } else if ((token === "}" || token === "]") && open.length > 0) {
        const last = open.pop();
        const wanted = CLOSING[last?.bracket ?? ""] ?? "";
        if (last !== undefined && wanted !== token) {
          const message = `${quote(last.bracket)} of line ${last.line + 1} is closed by ${quote(token)}`;
          return { line: at, column: index, message, hint: `write ${quote(wanted)}` };
        }
      }
    }
  }
  if (!isBroken) return undefined;
  const last = open.at(-1);
  if (last === undefined) return undefined;
  const message = `this ${last.bracket} is not closed`;
  return { ...last, message, hint: `add the missing ${CLOSING[last.bracket]}` };
}

/** Quoted text, comments and brackets. */
const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?<![^\s])#|[{}[\]]/g;
