import { quote } from "../text/problem.ts";
import { lineAbove, type Failure, type Mistake } from "./syntax-failure.ts";

/** A line that starts with a key, perhaps after the dash of an entry. */
const KEY_LINE = /^(\s*(?:- +)*)(["']?[\w./-]+["']?)\s*:(?:\s|$)/;

/** Finds a key without its colon or its space, a second colon in a line, or a wrong indentation. */
export function layoutMistake(failure: Failure): Mistake | undefined {
  return secondColon(failure) ?? keyAbove(failure) ?? notAKey(failure, failure.line) ?? indentation(failure);
}

function secondColon({ lines, line, column }: Failure): Mistake | undefined {
  const text = lines[line] ?? "";
  const [, start = ""] = /^(\s*(?:- +)*[\w./-]+:\s+)/.exec(text) ?? [];
  if (start === "" || column < start.length) return undefined;
  const [whole, before = "", after = ""] = /^([^\s"'[{#].*?)\s*:(?:\s+(.*)|$)/.exec(text.slice(start.length)) ?? [];
  if (whole === undefined) return undefined;
  const value = after.replace(/\s+#.*$/, "");
  const at = start.length + before.length;
  const key = start.trim().replace(/^(?:- +)*/, "");
  const meant = value === "" ? before : `${before}:${value}`;
  const hint = `write ${key} ${/\s/.test(meant) ? JSON.stringify(meant) : meant}`;
  const message = value === "" ? "a colon at the end of the text" : "a second colon with a space in one line";
  return { line, column: at, message, hint };
}

/** A line without a key makes the parser stop at the next key: it reads both lines as one text. */
function keyAbove(failure: Failure): Mistake | undefined {
  const { lines, line } = failure;
  let found: Mistake | undefined;
  for (let at = lineAbove(lines, line); at !== undefined; at = lineAbove(lines, at)) {
    const mistake = notAKey(failure, at);
    if (mistake === undefined) return found;
    found = mistake;
  }
  return found;
}

function notAKey({ lines }: Failure, line: number): Mistake | undefined {
  const text = lines[line] ?? "";
  const [, start = "", content = ""] = /^(\s*(?:- +)*)(.*?)\s*$/.exec(text) ?? [];
  if (content === "" || KEY_LINE.test(text) || /^["'[{}\]#|>-]|^\.\.\./.test(content)) return undefined;
  const [, key = "", sign = "", value = ""] = /^([\w-]+)\s*([:=]?)\s*(.*)$/.exec(content) ?? [];
  if (key === "" || start.includes("-")) return undefined;
  const column = start.length;
  if (sign === "") {
    if (value !== "") return undefined;
    return { line, column, message: `${quote(key)} has no colon`, hint: `write ${key}:` };
  }
  const message = sign === ":" ? `${quote(content)} has no space after the colon` : `${quote(content)} has no colon`;
  return { line, column, message, hint: `write ${key}: ${value}` };
}

/** A key or a dash that starts in a column in which none above it does. */
function indentation({ lines, line, reason }: Failure): Mistake | undefined {
  const own = startOf(lines[line] ?? "");
  if (own === undefined || !/indentation|separator/.test(reason)) return undefined;
  const above = aligned(lines, line, own);
  if (above === undefined) return undefined;
  return {
    line,
    column: own.column,
    message: `${quote(own.word)} is not indented like the lines above`,
    hint: `start it in column ${above.column + 1}, like ${quote(above.word)} on line ${above.line + 1}`,
  };
}

/** The first dash or the key of a line, and its column. */
interface Start {
  column: number;
  word: string;
}

function startOf(text: string): Start | undefined {
  const [, spaces = ""] = /^(\s*)- /.exec(text) ?? [];
  if (text.startsWith("- ", spaces.length)) return { column: spaces.length, word: "-" };
  const [, start, word = ""] = KEY_LINE.exec(text) ?? [];
  return start === undefined ? undefined : { column: start.length, word };
}

/** Returns the dash or key above whose column is the nearest. A key also starts after a dash. */
function aligned(lines: readonly string[], line: number, own: Start): (Start & { line: number }) | undefined {
  let best: (Start & { line: number }) | undefined;
  for (let at = lineAbove(lines, line), seen = 0; at !== undefined && seen < 10; at = lineAbove(lines, at), seen++) {
    const text = lines[at] ?? "";
    const [, start, word = ""] = KEY_LINE.exec(text) ?? [];
    const key = start === undefined ? undefined : { column: start.length, word };
    const found = own.word === "-" ? startOf(text) : key;
    if (found === undefined || (own.word === "-") !== (found.word === "-")) continue;
    if (found.column === own.column) return undefined;
    const distance = Math.abs(found.column - own.column);
    if (best === undefined || distance < Math.abs(best.column - own.column)) best = { ...found, line: at };
    if (found.column < own.column) break;
  }
  return best;
}
