/**
 * Characters that a terminal acts on instead of showing, or that show text in another order than it is read:
 * controls (C0, DEL, C1), format characters (bidirectional overrides, zero widths), line and paragraph separators,
 * and halves of surrogate pairs.
 */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** What registries have been seen to repeat in errors: Docker's token ids, JSON web tokens, authorization headers. */
const SECRET = /\bdckr_[A-Za-z0-9]+_[^\s,.;"'<>)]+|\beyJ[\w-]{8,}(?:\.[\w-]*)*|\b(?:Basic|Bearer)\s+[\w+/.=~-]{8,}/gi;

/** As much of somebody else's words gets into a message, in characters. */
export const MAX_QUOTE_LENGTH = 300;

/** A text that is not ours, made safe for a terminal: what is not shown becomes `\u{1b}`, a tab one space. */
export function terminalText(text: string): string {
  return text.replace(UNSHOWN, (character) =>
    character === "\t" ? " " : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/**
 * Text of unknown origin as one printable line of at most {@link MAX_QUOTE_LENGTH} characters,
 * without anything that looks like a token.
 */
export function plainText(text: string): string {
  const line = withoutTokens(text.replace(UNSHOWN, " ")).replace(/\s+/g, " ").trim();
  return line.length > MAX_QUOTE_LENGTH ? `${line.slice(0, MAX_QUOTE_LENGTH - 1)}…` : line;
}

/** The text with `[redacted]` for what looks like a token. */
export function withoutTokens(text: string): string {
  return text.replace(SECRET, "[redacted]");
}
