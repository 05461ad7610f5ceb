/** A proxy is unreachable, or refused to connect. */
export class ProxyFailure extends Error {
  override readonly name = "ProxyFailure";
  /** `HOST:PORT`, without the user name and password of the proxy's address. */
  readonly proxy: string;
  /** Status of the response to CONNECT. Undefined without a response; `cause` has the reason. */
  readonly status: number | undefined;

  constructor(proxy: string, status: number | undefined, cause?: unknown) {
    super(`the proxy ${proxy} failed`, { cause });
    this.proxy = proxy;
    this.status = status;
  }
}

/** Finds a ProxyFailure in an error and its causes. */
export function proxyFailureIn(error: unknown): ProxyFailure | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof ProxyFailure) return inner;
  }
  return undefined;
}

/**
 * Whether a proxy answered 407 to a plain HTTP request, which uses no tunnel. undici has no error code for this, and
 * does not report which proxy.
 */
export function isProxySignIn(error: unknown): boolean {
  return error instanceof Error && /^Proxy Authentication Required \(407\)$/.test(error.message);
}
