import { MirrorError, type MirrorErrorFields } from "../../errors.ts";
import { parseUrl, urlAt } from "../../parse-url.ts";
import type { Headers } from "../http/headers.ts";
import { readLinks } from "./link-header.ts";

/**
 * Finds the next page of a list from `Link: <…>; rel="next"` (distribution-spec, "Listing Tags" and "Listing
 * Referrers"; RFC 8288). A single link without a relation is the next page too, as other clients read it: a list has no
 * other use for it. Only the query of the link is used, with the host and path of the current page: a registry behind a
 * proxy may know neither, and the request carries credentials, which must not leave the registry. A link without a query
 * is followed if it stays at the registry.
 * @returns undefined on the last page
 * @throws MirrorError if there may be a next page, but the link does not lead to it
 */
export function nextPage(
  from: URL,
  headers: Headers,
  subject: Pick<MirrorErrorFields, "side" | "operation" | "reference">,
): URL | undefined {
  const link = nextLink(headers);
  if (link === undefined) return undefined;
  const query = queryOf(link);
  if (query !== "") return urlAt(from, from.pathname, query);
  const target = link === "" ? undefined : parseUrl(link, from);
  const problem = target === undefined ? "is not a valid URL" : strayingOf(target, from);
  if (target !== undefined && problem === undefined) return urlAt(from, target.pathname);
  throw new MirrorError(`the link to the next page ${problem}`, {
    ...subject,
    code: target === undefined ? "UNEXPECTED_RESPONSE" : "REDIRECT_REFUSED",
    hint: HINT,
  });

  function nextLink({ link: lines = [] }: Headers): string | undefined {
    const links = readLinks([lines].flat().join(", "));
    const next = links.find(({ relations }) => relations?.includes("next"));
    if (next !== undefined) return next.address;
    const [first, second] = new Set(
      links.flatMap(({ address, relations }) => (relations === undefined ? [address] : [])),
    );
    if (second === undefined) return first;
    throw new MirrorError("the response has several links, and none of them is named as the next page", {
      ...subject,
      code: "UNEXPECTED_RESPONSE",
      hint: HINT,
    });
  }
}

const HINT = "report this to the registry's operator: the list goes on, but its `Link` header does not say where";

/** Returns how a link leads away from the registry. Undefined if it stays. */
function strayingOf(target: URL, from: URL): string | undefined {
  if (target.username !== "" || target.password !== "") return "has no query, and contains a user name";
  const isHere = target.origin === from.origin && target.pathname.startsWith("/v2/");
  return isHere ? undefined : `has no query, and leads away from ${from.origin}/v2/`;
}

/** Reads the query from the text, because the rest of the link may not be a valid URL. */
function queryOf(link: string): string {
  const [address = ""] = link.split("#", 1);
  const start = address.indexOf("?");
  return start < 0 ? "" : address.slice(start + 1);
}
