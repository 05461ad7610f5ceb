import { parseUrl, urlAt } from "../../parse-url.ts";
import type { Headers } from "../http/headers.ts";

/** One link of a Link header, up to the comma before the next: `<URL>; rel="next"; title="a, b"`. */
const LINK = /<([^<>]*)>((?:[^,"]|"[^"]*")*)/g;
/** The relations of a link: `rel=next`, `rel="prev next"`. */
const RELATION = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i;

/**
 * Finds the next page of a list: the target of `Link: <…>; rel="next"`, relative to the current page
 * (distribution-spec, "Listing Tags" and "Listing Referrers"; RFC 8288). A link to the same host keeps the page's
 * scheme and port, because a registry behind a proxy may not know its own.
 * @returns undefined on the last page; a message if the link leaves the registry, because the request carries
 * credentials
 */
export function nextPage(from: URL, headers: Headers): URL | string | undefined {
  const link = nextLink([headers["link"] ?? []].flat().join(", "));
  if (link === undefined) return undefined;
  const target = parseUrl(link, from);
  if (target === undefined) return "the link to the next page is not a valid URL";
  const to = isSameHost(target, from) ? urlAt(from, target.pathname, target.search) : target;
  if (to.origin !== from.origin || !to.pathname.startsWith("/v2/")) {
    return `the link to the next page leads away from ${from.origin}`;
  }
  return to;
}

function nextLink(header: string): string | undefined {
  for (const [, address, parameters = ""] of header.matchAll(LINK)) {
    const relation = RELATION.exec(parameters);
    const names = (relation?.[1] ?? relation?.[2] ?? "").toLowerCase().split(/\s+/);
    if (names.includes("next")) return address;
  }
  return undefined;
}

function isSameHost(link: URL, page: URL): boolean {
  const isSamePort = link.port === page.port || link.port === "";
  const isHttp = link.protocol === "http:" || link.protocol === "https:";
  return isHttp && link.hostname === page.hostname && isSamePort && link.username + link.password === "";
}
