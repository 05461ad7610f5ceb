import { EnvHttpProxyAgent, Pool, type Dispatcher } from "undici";
import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { hasReadableCredentials, parseUrl } from "../../parse-url.ts";
import { certificateAuthorities } from "./certificate-authorities.ts";
import { guardedConnector, type Lookup } from "../dns/guarded-connector.ts";
import { operatorsHosts } from "../dns/resolved-address.ts";
import { CONNECT_TIMEOUT, HEADERS_TIMEOUT, IDLE_TIMEOUT } from "../limits.ts";
import { forwardPool, TunnelPool } from "../proxy/proxy-pool.ts";

/** Options of {@link createDispatcher}. */
export interface DispatcherOptions {
  environment: Environment;
  /** Host names that may resolve to this machine. Default: those that the environment sets. */
  operatorsHosts?: ReadonlySet<string>;
  /** Resolves host names. Default: `dns.lookup`, which also reads /etc/hosts. */
  lookup?: Lookup;
  /** Timeouts in milliseconds. Default to the constants in `limits.ts`. */
  limits?: { connect?: number; headers?: number; idle?: number };
}

/** Requests to this machine never use a proxy, because the sandbox runs here. */
const ALWAYS_DIRECT = "localhost,127.0.0.1,[::1]";

/**
 * Creates the dispatcher of all requests to registries and AWS. Applies HTTPS_PROXY, HTTP_PROXY and NO_PROXY (lower
 * case takes precedence, as in curl), extra certificate authorities and timeouts. Checks the address of every direct
 * connection; a proxy resolves names itself. The caller must close it.
 * @throws MirrorError USAGE for an invalid proxy address, FILE_UNREADABLE for a certificate file
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { environment, limits = {} } = options;
  const ca = certificateAuthorities(environment);
  const tls = ca === undefined ? {} : { ca };
  const noProxy = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
  const httpProxy = proxy(environment, "HTTP_PROXY");
  const connectTimeout = limits.connect ?? CONNECT_TIMEOUT;
  const timeouts = { headersTimeout: limits.headers ?? HEADERS_TIMEOUT, bodyTimeout: limits.idle ?? IDLE_TIMEOUT };
  return new EnvHttpProxyAgent({
    // Empty and not undefined, or undici would read the environment of the process.
    httpProxy: httpProxy?.href ?? "",
    httpsProxy: proxy(environment, "HTTPS_PROXY")?.href ?? "",
    noProxy: noProxy === "" ? ALWAYS_DIRECT : `${noProxy},${ALWAYS_DIRECT}`,
    // Several HTTP/1.1 connections transfer blobs faster than one HTTP/2 connection.
    allowH2: false,
    connectTimeout,
    ...timeouts,
    // Only for direct connections: a connection to a proxy has its own options.
    connect: guardedConnector({
      tls,
      timeout: connectTimeout,
      operatorsHosts: options.operatorsHosts ?? operatorsHosts(environment),
      lookup: options.lookup,
    }),
    requestTls: tls,
    proxyTls: tls,
    clientFactory: (address, pool) => new TunnelPool(address, { ...pool, headersTimeout: connectTimeout }),
    // undici passes the proxy's full URL, with a trailing slash, for plain HTTP requests through the proxy, and an
    // origin for direct requests. It does not apply the timeouts to a proxy.
    factory: (origin, pool) =>
      String(origin) === httpProxy?.href ? forwardPool(httpProxy, { ...timeouts, ...pool }) : new Pool(origin, pool),
  });
}

function proxy(environment: Environment, variable: string): URL | undefined {
  const text = environment[variable.toLowerCase()] ?? environment[variable];
  if (text === undefined || text === "") return undefined;
  // Like curl, reads an address without a scheme as http.
  const address = text.includes("://") ? text : `http://${text}`;
  const url = parseUrl(address);
  const isProxy = url !== undefined && /^(?:https?|socks5?):$/.test(url.protocol) && hasReadableCredentials(url);
  if (isProxy) return url;
  // The text is not quoted, because it may contain a password.
  throw new MirrorError("expected http://HOST:PORT or https://HOST:PORT", {
    code: "USAGE",
    side: "config",
    operation: "read the proxy address in",
    reference: variable,
  });
}
