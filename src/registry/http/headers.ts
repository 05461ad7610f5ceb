/** Response headers, with names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Returns the first value of a header. */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** Returns the Content-Length in bytes. Undefined if it is missing or invalid. */
export function contentLength(headers: Headers): number | undefined {
  const text = header(headers, "content-length");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
