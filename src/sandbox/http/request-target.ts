/** A request's target, split but not validated. */
interface RequestTarget {
  /** As sent, still percent-encoded. */
  path: string;
  query: URLSearchParams;
}

/** Splits `/path?query` without throwing. Drops the host of the absolute form that proxies use. */
export function readTarget(url: string | undefined): RequestTarget {
  const target = (url ?? "/").replace(/^https?:\/\/[^/?]*/i, "");
  const at = target.indexOf("?");
  return at < 0
    ? { path: target, query: new URLSearchParams() }
    : { path: target.slice(0, at), query: new URLSearchParams(target.slice(at + 1)) };
}
