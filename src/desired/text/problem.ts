import type { ErrorCode } from "../../error-code.ts";

/** A place in the mirror file, both counted from 1; `column` in characters (code points). */
export interface Position {
  line: number;
  column: number;
}

/** One thing that is wrong with a mirror file, at the place where it is written. */
export interface Problem {
  code: ErrorCode;
  message: string;
  /** What to do about it. */
  hint?: string;
  position?: Position;
  /** The mirror file, as it was given. */
  path: string;
}

/** What a check says of a text: the caller knows where it stands. */
export interface Complaint {
  message: string;
  hint?: string;
}

/** The longest text that a message repeats, in characters. */
const MAX_QUOTED = 80;

/** Covers what stands before the @ of an address, letter by letter, so that columns stay where they are. */
export function withoutCredentials(text: string): string {
  return text.replace(
    /(:\/\/)([^\s/@]+)(?=@)/g,
    (_, slashes: string, secret: string) => slashes + "*".repeat(secret.length),
  );
}

/** A text from the file as a message shows it: in quotes, cut when long. Control characters are escaped when rendered. */
export function quote(text: string): string {
  const characters = [...withoutCredentials(text)];
  const cut = characters.length > MAX_QUOTED ? `${characters.slice(0, MAX_QUOTED).join("")}…` : characters.join("");
  return `"${cut}"`;
}
