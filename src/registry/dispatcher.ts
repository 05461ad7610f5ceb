import { EnvHttpProxyAgent, type Dispatcher } from "undici";
import { MirrorError } from "../errors.ts";
import { certificateAuthorities } from "./certificate-authorities.ts";
import type { Environment } from "./endpoint.ts";
import { CONNECT_TIMEOUT, HEADERS_TIMEOUT, IDLE_TIMEOUT } from "./limits.ts";

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
  return new EnvHttpProxyAgent({
    // Empty, not missing: a missing value would be read from the process's own environment.
    httpProxy: proxy(environment, "HTTP_PROXY") ?? "",
    httpsProxy: proxy(environment, "HTTPS_PROXY") ?? "",
    noProxy: noProxy === "" ? ALWAYS_DIRECT : `${noProxy},${ALWAYS_DIRECT}`,
    // Several connections carry blobs faster than one HTTP/2 window.
    allowH2: false,
    connectTimeout: limits.connect ?? CONNECT_TIMEOUT,
    headersTimeout: limits.headers ?? HEADERS_TIMEOUT,
    bodyTimeout: limits.idle ?? IDLE_TIMEOUT,
    connect: trust,
    requestTls: trust,
    proxyTls: trust,
  });
}

function proxy(environment: Environment, variable: string): string | undefined {
  const text = environment[variable.toLowerCase()] ?? environment[variable];
  if (text === undefined || text === "") return undefined;
  // As curl reads it: an address without a scheme is http.
  const address = text.includes("://") ? text : `http://${text}`;
  if (URL.canParse(address) && /^(?:https?|socks5?):$/.test(new URL(address).protocol)) return address;
  // The text is not repeated: it may hold a password.
  throw new MirrorError("expected http://HOST:PORT or https://HOST:PORT", {
    code: "USAGE",
    side: "config",
    operation: "read the proxy's address",
    reference: variable,
  });
}
