import { parseUrl, urlAt } from "../../parse-url.ts";
import type { Headers } from "../http/headers.ts";

/** One link of a Link header, up to the comma before the next: `<URL>; rel="next"; title="a, b"`. */
const LINK = /<([^<>]*)>((?:[^,"]|"[^"]*")*)/g;
/** The relations of a link: `rel=next`, `rel="prev next"`. */
const RELATION = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i;

/**
 * Finds the next page of a list from `Link: <…>; rel="next"` (distribution-spec, "Listing Tags" and "Listing
 * Referrers"; RFC 8288). Only the query of the link is used, with the host and path of the current page: a registry
 * behind a proxy may know neither, and the request carries credentials, which must not leave the registry. A link without
 * a query is followed if it stays at the registry.
 * @returns undefined on the last page; a message if the link names no next page
 */
export function nextPage(from: URL, headers: Headers): URL | string | undefined {
  const link = nextLink([headers["link"] ?? []].flat().join(", "));
  if (link === undefined) return undefined;
  const query = queryOf(link);
  if (query !== "") return urlAt(from, from.pathname, query);
  const target = parseUrl(link, from);
  const isHere = target?.origin === from.origin && target.username + target.password === "";
  return isHere && target.pathname.startsWith("/v2/")
    ? urlAt(from, target.pathname)
    : `the link to the next page has no query, and leads away from ${from.origin}`;
}

/** Reads the query from the text, because the rest of the link may not be a valid URL. */
function queryOf(link: string): string {
  const [address = ""] = link.split("#", 1);
  const start = address.indexOf("?");
  return start < 0 ? "" : address.slice(start + 1);
}

function nextLink(header: string): string | undefined {
  for (const [, address, parameters = ""] of header.matchAll(LINK)) {
    const relation = RELATION.exec(parameters);
    const names = (relation?.[1] ?? relation?.[2] ?? "").toLowerCase().split(/\s+/);
    if (names.includes("next")) return address;
  }
  return undefined;
}
