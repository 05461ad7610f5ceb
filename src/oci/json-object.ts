/** Whether a value read from JSON is an object: no list, no null. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads JSON in UTF-8 that should be an object; undefined where it is none, or no JSON. */
export function parseJsonObject(json: string | Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = typeof json === "string" ? json : new TextDecoder("utf-8", { fatal: true }).decode(json);
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // No cause is kept: the parser's own message quotes the text, and secrets with it.
    return undefined;
  }
}
