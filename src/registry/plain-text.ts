import { MAX_QUOTE_LENGTH } from "./limits.ts";

/** C0, DEL and C1, and what turns or hides text in a terminal: bidirectional controls, zero widths, separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;
/** What registries have been seen to repeat in errors: Docker's token ids, JSON web tokens, authorization headers. */
const SECRET = /\bdckr_[A-Za-z0-9]+_[\w-]+|\beyJ[\w-]{8,}(?:\.[\w-]*)*|\b(?:Basic|Bearer)\s+[\w+/.=~-]{8,}/gi;

/**
 * Text of unknown origin as one printable line of at most {@link MAX_QUOTE_LENGTH} characters,
 * without anything that looks like a token.
 */
export function plainText(text: string): string {
  const line = text.replace(UNPRINTABLE, " ").replace(SECRET, "[redacted]").replace(/\s+/g, " ").trim();
  return line.length > MAX_QUOTE_LENGTH ? `${line.slice(0, MAX_QUOTE_LENGTH - 1)}…` : line;
}
