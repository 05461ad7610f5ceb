import { MirrorError, type Side } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { interruption } from "./interruption.ts";
import { isProxySignIn, proxyFailureIn } from "../proxy/proxy-failure.ts";
import { proxyRefusal } from "../proxy/proxy-refusal.ts";

const TIMEOUTS = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
]);

/** OpenSSL's names for a certificate that does not convince, and Node's for a broken handshake. */
const TLS =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/;

/** What a TLS client makes of an answer in plain HTTP. */
const PLAIN_HTTP = new Set(["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "EPROTO"]);

const CHECK_PROXY = "check the proxy's address in HTTPS_PROXY or HTTP_PROXY, and whether it runs";

/** What a failed connection was for. */
interface ConnectionErrorContext {
  side: Side;
  /** In words: a registry's, or those of an AWS call. */
  operation: string;
  reference: string;
  host: string;
  signal: AbortSignal | undefined;
  /** Said of UNREACHABLE only. */
  hint?: string | undefined;
}

/**
 * What a failed connection means: TIMEOUT, TLS, UNREACHABLE, or INTERRUPTED where the caller's signal was aborted.
 * A MirrorError passes through: it came from the other end of a stream and already says what happened there.
 * So does what no connection throws, a TypeError say: that is our defect.
 */
export function connectionError(error: unknown, context: ConnectionErrorContext): Error {
  const { side, host, signal, operation, reference } = context;
  if (error instanceof MirrorError) return error;
  if (signal?.aborted === true) return interruption(signal, { side, operation, reference });
  const failure = proxyFailureIn(error);
  if (failure?.status !== undefined) return proxyRefusal(`the proxy ${failure.proxy}`, failure.status, context);
  if (isProxySignIn(error)) return proxyRefusal("the proxy of HTTP_PROXY", 407, context);
  const reason = codeOf(failure?.cause ?? error);
  const party = failure === undefined ? host : `the proxy ${failure.proxy}`;
  if (error instanceof Error && failure === undefined && (reason === undefined || reason === "UND_ERR_INVALID_ARG"))
    return error;
  const code = classify(reason);
  return new MirrorError(`${party} ${sentence(code, reason)} (${reason ?? "unknown"})`, {
    code,
    side,
    operation,
    reference,
    // A name that does not exist and a certificate that does not convince will be no better in a second.
    retryable: code !== "TLS" && reason !== "ENOTFOUND",
    hint: hintFor(code, reason, party) ?? (failure === undefined ? context.hint : CHECK_PROXY),
    cause: error,
  });
}

function classify(reason: string | undefined): ErrorCode {
  if (reason === undefined) return "UNREACHABLE";
  if (TIMEOUTS.has(reason)) return "TIMEOUT";
  return TLS.test(reason) ? "TLS" : "UNREACHABLE";
}

function sentence(code: ErrorCode, name: string | undefined): string {
  if (code === "TIMEOUT") return "did not answer in time";
  if (code === "TLS") return "has no certificate that can be trusted, or speaks no TLS";
  if (name === "ENOTFOUND" || name === "EAI_AGAIN") return "cannot be found: its name does not resolve";
  if (name === "ECONNREFUSED") return "cannot be reached: it refuses connections";
  return "cannot be reached, or closed the connection";
}

function hintFor(code: ErrorCode, reason: string | undefined, host: string): string | undefined {
  if (reason !== undefined && PLAIN_HTTP.has(reason)) {
    return `${host} seems to speak plain HTTP: if that is meant, its endpoint must begin with http://`;
  }
  if (code === "TLS") {
    return `if ${host} has a certificate of your own authority, name its file in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS`;
  }
  if (reason === "ENOTFOUND") return "check the host's spelling, the name server, and HTTPS_PROXY";
  if (code === "TIMEOUT" || reason === "ECONNREFUSED")
    return "check the network, the firewall, and HTTPS_PROXY and NO_PROXY";
  return undefined;
}

/** The code that says most: undici wraps the system's error in one of its own. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if (error instanceof Error && error.name === "HTTPParserError") return "no HTTP";
  const own = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const inner = "cause" in error ? codeOf(error.cause) : undefined;
  if (own === undefined || own === "UND_ERR_SOCKET" || own === "UND_ERR_ABORTED") return inner ?? own;
  return own;
}
