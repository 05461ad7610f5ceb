/** One page of a list, and the token of the next. */
export interface Page<Item> {
  items: Item[];
  next: string | undefined;
}

/** A list is paged by this many unless the caller asks otherwise (ECR API reference; the same over `/v2/`). */
export const DEFAULT_PAGE = 100;
/** The most that a caller may ask for. */
export const MAX_PAGE = 1000;

/** Tokens are opaque to clients and longer than any name, so that none is rebuilt by accident. */
const TOKEN = /^page-(\d+)-of-a-list$/;

/** Cuts one page. Undefined when the token is none that this function made: "Invalid next token provided". */
export function pageOf<Item>(all: readonly Item[], token: string | undefined, size: number): Page<Item> | undefined {
  const start = token === undefined ? 0 : startOf(token);
  if (start === undefined || start > all.length) return undefined;
  const end = start + size;
  return { items: all.slice(start, end), next: end < all.length ? tokenOf(end) : undefined };
}

function tokenOf(start: number): string {
  return Buffer.from(`page-${start}-of-a-list`).toString("base64url");
}

function startOf(token: string): number | undefined {
  const match = TOKEN.exec(Buffer.from(token, "base64url").toString());
  return match === null ? undefined : Number(match[1]);
}
