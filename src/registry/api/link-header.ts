/** A link of a Link header. */
export interface Link {
  /** Not checked: it may be no URL. */
  address: string;
  /** In lower case. Undefined if the link names none. */
  relations: readonly string[] | undefined;
}

/**
 * Splits a header at its commas, but not inside `<…>` or quotes. A comma inside an address without `<…>` has no space
 * after it.
 */
const LINKS = /(?:<[^<>]*>|"[^"]*"|[^,]|,(?=[^\s<,]))+/g;
/** Splits a link at its semicolons in the same way. */
const PARTS = /(?:<[^<>]*>|"[^"]*"|[^;])+/g;
/** The relations of a link: `rel=next`, `rel="prev next"`. */
const RELATION = /^\s*rel\s*=\s*"?([^"]*)"?\s*$/i;

/** Parses a Link header (RFC 8288), also where an address lacks its angle brackets. */
export function readLinks(header: string): Link[] {
  return (header.match(LINKS) ?? []).filter((link) => link.trim() !== "").map(readLink);
}

function readLink(link: string): Link {
  const [address = "", ...parameters] = link.match(PARTS) ?? [];
  const named = parameters.map((each) => RELATION.exec(each)?.[1]?.trim()).find((each) => each !== undefined);
  const relations = named === undefined || named === "" ? undefined : named.toLowerCase().split(/\s+/);
  return { address: address.replace(/^\s*<?\s*|\s*>?\s*$/g, ""), relations };
}
