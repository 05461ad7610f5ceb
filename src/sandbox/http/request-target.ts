/** A request's target, split without judging it: whatever a client sends, this does not throw. */
interface RequestTarget {
  /** As sent, still percent-encoded. */
  path: string;
  query: URLSearchParams;
}

/** Reads `/path?query`; of the absolute form that proxies use, the host is left out. */
export function readTarget(url: string | undefined): RequestTarget {
  const target = (url ?? "/").replace(/^https?:\/\/[^/?]*/i, "");
  const at = target.indexOf("?");
  return at < 0
    ? { path: target, query: new URLSearchParams() }
    : { path: target.slice(0, at), query: new URLSearchParams(target.slice(at + 1)) };
}
