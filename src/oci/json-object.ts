/** Whether a JSON value is an object, and neither an array nor null. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses a JSON object in UTF-8. Undefined for anything else. */
export function parseJsonObject(json: string | Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = typeof json === "string" ? json : new TextDecoder("utf-8", { fatal: true }).decode(json);
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // The parser's error is dropped: its message quotes the text, which may contain secrets.
    return undefined;
  }
}
