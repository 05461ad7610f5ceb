/** The proxy could not be reached, or would not make the connection that was asked for. */
export class ProxyFailure extends Error {
  override readonly name = "ProxyFailure";
  /** `HOST:PORT`, without the user name and the password that its address may hold. */
  readonly proxy: string;
  /** What it answered to CONNECT; undefined where it did not answer, and then `cause` says why. */
  readonly status: number | undefined;

  constructor(proxy: string, status: number | undefined, cause?: unknown) {
    super(`the proxy ${proxy} failed`, { cause });
    this.proxy = proxy;
    this.status = status;
  }
}

/** The proxy's failure that an error is, or was caused by. */
export function proxyFailureIn(error: unknown): ProxyFailure | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof ProxyFailure) return inner;
  }
  return undefined;
}

/**
 * Whether undici says that a proxy answered 407 to a request in plain HTTP, which takes no tunnel: it has no code
 * of its own for it, and does not say which proxy.
 */
export function isProxySignIn(error: unknown): boolean {
  return error instanceof Error && /^Proxy Authentication Required \(407\)$/.test(error.message);
}
