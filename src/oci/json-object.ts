/** Whether a JSON value is an object, and neither an array nor null. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Deepest JSON that is read. Manifests, configs and answers have about ten levels. Code that recurses into a value, such as
 * JSON.stringify, exhausts the stack at some thousands.
 */
export const MAX_JSON_DEPTH = 64;

/** Returns whether a value has more than {@link MAX_JSON_DEPTH} levels. Works level by level, without recursion. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_JSON_DEPTH) return true;
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return false;
}

/**
 * Whether a JSON text may have more values than `most`. Counts before the parser takes memory for each: an empty object is
 * two bytes of text, and more than fifty of memory. Counts punctuation in texts, too.
 */
export function mayHaveMoreValues(json: Uint8Array, most: number): boolean {
  let count = 1;
  for (const byte of json) {
    if ((byte === COMMA || byte === BRACKET || byte === BRACE) && ++count > most) return true;
  }
  return false;
}

const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Parses a JSON object in UTF-8, of at most {@link MAX_JSON_DEPTH} levels. Undefined for anything else. */
export function parseJsonObject(json: string | Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(typeof json === "string" ? json : decodeUtf8(json));
    return isJsonObject(value) && !isTooDeep(value) ? value : undefined;
  } catch {
    // The parser's error is dropped: its message quotes the text, which may contain secrets.
    return undefined;
  }
}

/** @throws TypeError for bytes that are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
