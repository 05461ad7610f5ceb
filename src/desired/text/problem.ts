import type { ErrorCode } from "../../error-code.ts";

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
}

/** A problem without its position, which the caller adds. */
export interface Diagnostic {
  message: string;
  hint?: string;
}

/** The longest text that a message quotes, in characters. */
const MAX_QUOTED = 80;

/** Masks the credentials before the @ of an address, without changing its length, so that columns stay correct. */
export function withoutCredentials(text: string): string {
  return text.replace(
    /(:\/\/)([^\s/@]+)(?=@)/g,
    (_, slashes: string, secret: string) => slashes + "*".repeat(secret.length),
  );
}

/** Quotes text from the file for a message, and truncates it. Control characters are escaped when rendered. */
export function quote(text: string): string {
  const characters = [...withoutCredentials(text)];
  const cut = characters.length > MAX_QUOTED ? `${characters.slice(0, MAX_QUOTED).join("")}…` : characters.join("");
  return `"${cut}"`;
}
