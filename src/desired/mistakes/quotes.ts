import { quote } from "../text/problem.ts";
import { lineAbove, type Failure, type Mistake } from "./syntax-failure.ts";

/** Text in quotes from its start to the end of a line: what is before, the quote, and the rest of the line. */
const QUOTED = /^(.*?(?:[:[{,-]\s+|^\s*|[[{]))(["'])(.*)$/;

/** Finds a quote that is not closed, text after a closing quote, or a backslash that is no escape. */
export function quoteMistake(failure: Failure): Mistake | undefined {
  return unknownEscape(failure) ?? unclosed(failure) ?? textAfter(failure);
}

function unclosed({ lines, line, reason }: Failure): Mistake | undefined {
  const isSure = /quoted scalar|deficient indentation/.test(reason);
  // Without its end, a quoted text goes on until the next quote.
  for (let at: number | undefined = line; at !== undefined; at = lineAbove(lines, at)) {
    const open = openQuote(lines[at] ?? "");
    if (open !== undefined) {
      const { column, mark, rest } = open;
      const before = (lines[at] ?? "").slice(0, column);
      const value = closed(rest, before, mark);
      return { line: at, column, message: `this ${mark} is not closed`, hint: `close it on its line: ${value}` };
    }
    if (!isSure && at < line) return undefined;
  }
  return undefined;
}

/** Closes a quoted text where it probably ends: before the next part of a flow map, or after a key. */
function closed(rest: string, before: string, mark: string): string {
  const [, key] = /^([\w-]+):\s/.exec(rest) ?? [];
  if (key !== undefined && /^[\s-]*$/.test(before)) return `${mark}${key}${mark}: ...`;
  const end = /[{[]/.test(before) ? /\s*[,\]}].*$/ : /\s+#.*$/;
  const other = mark === '"' ? "'" : '"';
  const text = rest.replace(end, "").trimEnd();
  return `${mark}${text.endsWith(other) ? text.slice(0, -1) : text}${mark}`;
}

/** Returns the quote that starts a text and does not end on the line. */
function openQuote(text: string): { column: number; mark: string; rest: string } | undefined {
  let from = 0;
  for (;;) {
    const [, before = "", mark = "", rest = ""] = QUOTED.exec(text.slice(from)) ?? [];
    if (mark === "" || before.includes("#")) return undefined;
    const end = endOfQuoted(rest, mark);
    const column = from + before.length;
    if (end === undefined) return { column, mark, rest };
    from = column + 1 + end + 1;
  }
}

/** Returns the index of the closing quote. `\"` and `''` do not close. */
function endOfQuoted(rest: string, mark: string): number | undefined {
  const content = mark === '"' ? /^(?:[^"\\]|\\.)*/ : /^(?:[^']|'')*/;
  const length = content.exec(rest)?.[0].length ?? 0;
  return rest[length] === mark ? length : undefined;
}

/** Text after a quoted text or a flow list: `"node":20`, `[::1]:5000/app`. */
function textAfter({ lines, line, column }: Failure): Mistake | undefined {
  const text = lines[line] ?? "";
  const [, before = ""] = /^(\s*(?:- +)*(?:[\w.-]+:\s+)?)/.exec(text) ?? [];
  const value = text.slice(before.length).replace(/\s+#.*$/, "");
  const [start = ""] = /^(?:"[^"]*"|'[^']*'|\[[^\]]*\])/.exec(value) ?? [];
  const after = value.slice(start.length);
  // A quoted text before a colon can be a key.
  const isKey = after.startsWith(":") && !before.trimEnd().endsWith(":");
  if (start === "" || column < before.length || isKey || /^[\s,\]}]|^$/.test(after)) return undefined;
  const end = start.at(-1) ?? "";
  const whole = (end === "]" ? value : value.replaceAll(end, "")).trimEnd();
  return {
    line,
    column: before.length + start.length,
    message: `${quote(after)} is after the closing ${end}`,
    hint: `put quotes around the whole text: ${end === "'" ? `'${whole}'` : JSON.stringify(whole)}`,
  };
}

function unknownEscape({ lines, line, column, reason }: Failure): Mistake | undefined {
  if (!/escape sequence|hexadecimal/.test(reason)) return undefined;
  const text = lines[line] ?? "";
  const slash = text.lastIndexOf("\\", column);
  const [, value = ""] = /"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
  const shown = value !== "" && !value.includes("'") ? `: '${value}'` : "";
  return {
    line,
    column: slash < 0 ? column : slash,
    message: `${quote(text.slice(slash, slash + 2))} has no meaning in double quotes`,
    hint: `use single quotes, in which a backslash is a character like any other${shown}`,
  };
}
