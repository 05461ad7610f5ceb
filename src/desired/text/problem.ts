import type { ErrorCode } from "../../error-code.ts";

/** The path that means standard input. */
export const STANDARD_INPUT = "-";

/** Returns a path as sentences show it. A path such as `..` needs quotes at the end of one. */
export function shownPath(path: string): string {
  if (path === STANDARD_INPUT) return "standard input";
  return path === "" || /[./]$/.test(path) ? `"${path}"` : path;
}

/** A position in the mirror file. Both numbers start at 1; `column` counts characters (code points). */
export interface Position {
  line: number;
  column: number;
}

/** One problem of a mirror file, with its position. */
export interface Problem {
  code: ErrorCode;
  message: string;
  /** How to fix it. */
  hint?: string;
  position?: Position;
  /** Path of the mirror file, as passed by the caller. */
  path: string;
  /** Set on the last item of a long list: the number of further problems, which the list does not have. */
  omitted?: number;
}

/** Counts problems, with those that a long list omits. */
export function countProblems(problems: readonly Problem[]): number {
  return problems.reduce((sum, { omitted = 1 }) => sum + omitted, 0);
}

/** A problem without its position, which the caller adds. */
export interface Diagnostic {
  message: string;
  hint?: string;
}

/** The longest text that a message quotes, in characters. */
const MAX_QUOTED = 80;

/** The value of a key that has a password or a token in the files of other tools. */
const SECRET_VALUE =
  /(?<![^\s{,"'])((?:pass(?:word|wd)?|secret\w*|\w*token|(?:aws_?)?(?:access|secret)_?(?:access_?)?key(?:_?id)?)["']?(?::\s+|\s*=\s*)["']?)([^\s"',}\]]+)/gi;

/**
 * Masks the credentials before the @ of an address, and the values of keys such as `password`, without changing the
 * length of the text, so that columns stay correct.
 */
export function withoutCredentials(text: string): string {
  const mask = (_: string, before: string, secret: string): string => before + "*".repeat(secret.length);
  return text.replace(/(:\/\/)([^\s/@]+)(?=@)/g, mask).replace(SECRET_VALUE, mask);
}

/** Quotes text from the file for a message, and truncates it. Control characters are escaped when rendered. */
export function quote(text: string): string {
  const characters = [...withoutCredentials(text)];
  const cut = characters.length > MAX_QUOTED ? `${characters.slice(0, MAX_QUOTED).join("")}…` : characters.join("");
  return `"${cut}"`;
}
