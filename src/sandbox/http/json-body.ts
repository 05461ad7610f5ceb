/** Parses a JSON object from text or UTF-8 bytes. Returns undefined for anything else. */
export function readJsonObject(json: string | Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = typeof json === "string" ? json : new TextDecoder("utf-8", { fatal: true }).decode(json);
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Checks whether a JSON value is an object, not null or an array. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
