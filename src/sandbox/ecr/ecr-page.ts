/** A page of a list, with the token of the next page. */
export interface Page<Item> {
  items: Item[];
  next: string | undefined;
}

/** The default page size (ECR API reference; also applies to `/v2/`). */
export const DEFAULT_PAGE = 100;
/** The largest page size that a caller can request. */
export const MAX_PAGE = 1000;

/** Tokens are opaque, so that clients cannot construct them by accident. */
const TOKEN = /^page-(\d+)-of-a-list$/;

/** Returns one page, or undefined for a token that this function did not create ("Invalid next token provided"). */
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
