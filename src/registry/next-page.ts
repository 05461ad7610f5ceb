import { header, type Headers } from "./headers.ts";

/**
 * Where a list goes on: the target of `Link: <…>; rel="next"`, relative to the page that named it. Distribution-spec,
 * "Listing Tags" and "Listing Referrers"; RFC 8288.
 * @returns undefined where this page was the last; a sentence where the link leads somewhere else than to the same
 * registry: credentials go with the request
 */
export function nextPage(from: URL, headers: Headers): URL | string | undefined {
  const link = /<([^<>]*)>\s*;[^,]*\brel\s*=\s*"?next\b/i.exec(header(headers, "link") ?? "")?.[1];
  if (link === undefined) return undefined;
  if (!URL.canParse(link, from)) return "the link to the next page is no URL";
  const to = new URL(link, from);
  if (to.origin !== from.origin || !to.pathname.startsWith("/v2/") || to.username !== "" || to.password !== "") {
    return `the link to the next page leads away from ${from.origin}`;
  }
  return to;
}
