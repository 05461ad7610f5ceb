import { EnvHttpProxyAgent, Pool, type Dispatcher } from "undici";
import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { certificateAuthorities } from "./certificate-authorities.ts";
import { CONNECT_TIMEOUT, HEADERS_TIMEOUT, IDLE_TIMEOUT } from "../limits.ts";
import { forwardPool, TunnelPool } from "../proxy/proxy-pool.ts";

/** What the way to the network depends on. */
export interface DispatcherOptions {
  environment: Environment;
  /** Milliseconds, in place of the constants of `limits.ts`. */
  limits?: { connect?: number; headers?: number; idle?: number };
}

/** This machine is never asked for through a proxy: the sandbox lives here. */
const ALWAYS_DIRECT = "localhost,127.0.0.1,[::1]";

/**
 * The one way to the network, for registries and for AWS: proxies of HTTPS_PROXY, HTTP_PROXY and NO_PROXY (lower
 * case wins, as with curl), extra certificate authorities, time limits. Close it when done.
 * @throws MirrorError USAGE for a proxy's address that cannot be read, FILE_UNREADABLE for a certificate file
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { environment, limits = {} } = options;
  const ca = certificateAuthorities(environment);
  const trust = ca === undefined ? {} : { ca };
  const noProxy = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
  const httpProxy = proxy(environment, "HTTP_PROXY");
  const connectTimeout = limits.connect ?? CONNECT_TIMEOUT;
  const answer = { headersTimeout: limits.headers ?? HEADERS_TIMEOUT, bodyTimeout: limits.idle ?? IDLE_TIMEOUT };
  return new EnvHttpProxyAgent({
    // Empty, not missing: a missing value would be read from the process's own environment.
    httpProxy: httpProxy?.href ?? "",
    httpsProxy: proxy(environment, "HTTPS_PROXY")?.href ?? "",
    noProxy: noProxy === "" ? ALWAYS_DIRECT : `${noProxy},${ALWAYS_DIRECT}`,
    // Several connections carry blobs faster than one HTTP/2 window.
    allowH2: false,
    connectTimeout,
    ...answer,
    connect: trust,
    requestTls: trust,
    proxyTls: trust,
    clientFactory: (address, pool) => new TunnelPool(address, { ...pool, headersTimeout: connectTimeout }),
    // By its whole address, with the slash that no origin has, the proxy is asked for plain HTTP; by an origin, a
    // registry. For a proxy undici passes on none of the limits.
    factory: (origin, pool) =>
      String(origin) === httpProxy?.href ? forwardPool(httpProxy, { ...answer, ...pool }) : new Pool(origin, pool),
  });
}

function proxy(environment: Environment, variable: string): URL | undefined {
  const text = environment[variable.toLowerCase()] ?? environment[variable];
  if (text === undefined || text === "") return undefined;
  // As curl reads it: an address without a scheme is http.
  const address = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && /^(?:https?|socks5?):$/.test(url.protocol)) return url;
  // The text is not repeated: it may hold a password.
  throw new MirrorError("expected http://HOST:PORT or https://HOST:PORT", {
    code: "USAGE",
    side: "config",
    operation: "read the proxy address",
    reference: variable,
  });
}
