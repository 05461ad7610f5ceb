/**
 * Characters that a terminal interprets, or that change the order in which it displays text: control characters (C0,
 * DEL, C1), format characters (bidirectional overrides, zero-width characters), line and paragraph separators, and
 * unpaired surrogates.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Secrets that registries have repeated in errors: Docker access tokens, JSON web tokens, authorization headers. */
const SECRET = /\bdckr_[A-Za-z0-9]+_[^\s,.;"'<>)]+|\beyJ[\w-]{8,}(?:\.[\w-]*)*|\b(?:Basic|Bearer)\s+[\w+/.=~-]{8,}/gi;

/** Most characters of a quoted text in a message. */
export const MAX_QUOTE_LENGTH = 300;
/** Most characters of a message or a hint: what mirrorform says about a quoted text, or about a list of short ones. */
export const MAX_MESSAGE_LENGTH = 1000;

/**
 * Cuts text from outside between two characters, and says how long it was: `aaa… (3900000 characters)`. The result has at
 * most `limit` UTF-16 units, so that cutting it again changes nothing.
 */
export function shortened(text: string, limit = MAX_QUOTE_LENGTH): string {
  if (text.length <= limit) return text;
  const end = `… (${charactersIn(text)} characters)`;
  const cut = limit - end.length;
  const isSplit = /^[\uDC00-\uDFFF]/.test(text.charAt(cut)) && /[\uD800-\uDBFF]$/.test(text.charAt(cut - 1));
  return `${text.slice(0, isSplit ? cut - 1 : cut)}${end}`;
}

/** Counts code points without copying the text, which may have megabytes. */
function charactersIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

/** Makes untrusted text safe for a terminal: escapes unprintable characters as `\u{1b}`, and turns tabs into spaces. */
export function terminalText(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === "\t" ? " " : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/**
 * Turns untrusted text into one printable line of at most `limit` characters, and redacts anything that looks like a
 * token.
 */
export function plainText(text: string, limit = MAX_QUOTE_LENGTH): string {
  return shortened(withoutTokens(text.replace(UNPRINTABLE, " ")).replace(/\s+/g, " ").trim(), limit);
}

/** Characters that a shell takes literally. */
const SHELL_LITERAL = /^[A-Za-z0-9._:/@=+-]+$/;

/** Writes text as one word of a shell command, for commands that a reader may copy. Quotes it only if necessary. */
export function shellWord(text: string): string {
  return SHELL_LITERAL.test(text) ? text : shellQuoted(text);
}

/** Quotes text for a shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Replaces anything that looks like a token with `[redacted]`. */
export function withoutTokens(text: string): string {
  return text.replace(SECRET, "[redacted]");
}
