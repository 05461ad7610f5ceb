/** A JSON object, as text or as bytes in UTF-8; undefined where it is none. */
export function readJsonObject(json: string | Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = typeof json === "string" ? json : new TextDecoder("utf-8", { fatal: true }).decode(json);
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value out of JSON is an object, which neither null nor an array is. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
