/**
 * Characters that a terminal acts on instead of showing, or that show text in another order than it is read:
 * controls (C0, DEL, C1), format characters (bidirectional overrides, zero widths), line and paragraph separators,
 * and halves of surrogate pairs.
 */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A text that is not ours, made safe for a terminal: what is not shown becomes `\u{1b}`, a tab one space. */
export function terminalText(text: string): string {
  return text.replace(UNSHOWN, (character) =>
    character === "\t" ? " " : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
