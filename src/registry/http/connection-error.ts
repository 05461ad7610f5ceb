import { MirrorError, type Side } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { abortError } from "./abort-error.ts";
import { isProxySignIn, proxyFailureIn } from "../proxy/proxy-failure.ts";
import { proxyRefusal } from "../proxy/proxy-refusal.ts";

const TIMEOUTS = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
]);

/** OpenSSL's codes for an invalid certificate, and Node's for a failed handshake. */
const TLS =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/;

/** Codes of a TLS client that gets a response in plain HTTP. */
const PLAIN_HTTP = new Set(["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "EPROTO"]);

const CHECK_PROXY = "check the proxy's address in HTTPS_PROXY or HTTP_PROXY, and that it is running";

/** The request that a failed connection was for. */
interface ConnectionErrorContext {
  side: Side;
  /** A registry operation, or that of an AWS call. */
  operation: string;
  reference: string;
  host: string;
  signal: AbortSignal | undefined;
  /** The hint for UNREACHABLE. */
  hint?: string | undefined;
  /** The hint for a host that accepts no connection. */
  connectHint?: string | undefined;
  /** Milliseconds until the request failed, if known. */
  waited?: number | undefined;
}

/**
 * Creates the error for a failed connection: TIMEOUT, TLS, UNREACHABLE, or INTERRUPTED if the caller's signal was
 * aborted. Returns a MirrorError unchanged, because it comes from the other end of a stream. Also returns errors
 * unchanged that connections do not throw, such as a TypeError, because these are defects of mirrorform.
 */
export function connectionError(error: unknown, context: ConnectionErrorContext): Error {
  const { side, host, signal, operation, reference } = context;
  if (error instanceof MirrorError) return error;
  if (signal?.aborted === true) return abortError(signal, { side, operation, reference });
  const failure = proxyFailureIn(error);
  if (failure?.status !== undefined) return proxyRefusal(`proxy ${failure.proxy}`, failure.status, context);
  if (isProxySignIn(error)) return proxyRefusal("the proxy in HTTP_PROXY", 407, context);
  const reason = codeOf(failure?.cause ?? error);
  if (isRefusedAddress(error))
    return new MirrorError(error.message, { code: "ADDRESS_REFUSED", side, operation, reference, cause: error });
  const peer = failure === undefined ? host : `proxy ${failure.proxy}`;
  if (error instanceof Error && failure === undefined && (reason === undefined || isDefect(error, reason)))
    return error;
  const code = classify(reason);
  return new MirrorError(`${peer} ${describe(code, reason, context.waited)} (${reason ?? "unknown"})`, {
    code,
    side,
    operation,
    reference,
    // A retry does not help against an unknown host name or an invalid certificate.
    retryable: code !== "TLS" && reason !== "ENOTFOUND",
    hint: hintFor(code, reason, peer, context) ?? (failure === undefined ? context.hint : CHECK_PROXY),
    cause: error,
  });
}

/** Whether the host leads to an address that mirrorform does not connect to: an error of guarded-connector.ts. */
function isRefusedAddress(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "ERR_REFUSED_ADDRESS";
}

/** Whether an error is about an argument, which no connection causes: ERR_INVALID_URL, ERR_INVALID_CHAR, ERR_OUT_OF_RANGE. */
function isDefect(error: Error, reason: string): boolean {
  if (reason === "UND_ERR_INVALID_ARG") return true;
  return (error instanceof TypeError || error instanceof RangeError) && reason.startsWith("ERR_");
}

function classify(reason: string | undefined): ErrorCode {
  if (reason === undefined) return "UNREACHABLE";
  if (TIMEOUTS.has(reason)) return "TIMEOUT";
  return TLS.test(reason) ? "TLS" : "UNREACHABLE";
}

function describe(code: ErrorCode, reason: string | undefined, waited: number | undefined): string {
  if (code === "TIMEOUT") return describeTimeout(reason, waited ?? 0);
  if (code === "TLS") return "has no trusted certificate, or does not use TLS";
  if (reason === "ENOTFOUND" || reason === "EAI_AGAIN") return "does not resolve to an address";
  if (reason === "ECONNREFUSED") return "refused the connection";
  return "is unreachable or closed the connection";
}

/** Says how far the request got, because that tells a firewall from an overloaded service. */
function describeTimeout(reason: string | undefined, waited: number): string {
  const time = waited < 1000 ? "in time" : `within ${Math.round(waited / 1000)} s`;
  if (reason === "UND_ERR_HEADERS_TIMEOUT") return `accepted the request, but did not answer ${time}`;
  if (reason === "UND_ERR_BODY_TIMEOUT") return "stopped in the middle of its answer";
  return `did not accept a connection ${time}`;
}

/** Returns the hint for a host that answers too slowly, or not at all. */
export function slowHint(host: string): string {
  return `check whether ${host} is overloaded or has an outage, and whether a proxy holds its answers back; rerun later`;
}

function hintFor(
  code: ErrorCode,
  reason: string | undefined,
  host: string,
  { connectHint }: Pick<ConnectionErrorContext, "connectHint">,
): string | undefined {
  if (reason !== undefined && PLAIN_HTTP.has(reason)) {
    return `if ${host} uses plain HTTP, start its endpoint with http://`;
  }
  if (code === "TLS") {
    return `if ${host} has a certificate from your own certificate authority, set SSL_CERT_FILE or NODE_EXTRA_CA_CERTS to the authority's certificate file`;
  }
  if (reason === "ENOTFOUND") return "check the spelling of the host, DNS, and HTTPS_PROXY";
  if (reason === "UND_ERR_HEADERS_TIMEOUT" || reason === "UND_ERR_BODY_TIMEOUT") return slowHint(host);
  if (code === "TIMEOUT" || reason === "ECONNREFUSED")
    return connectHint ?? "check the network, the firewall, HTTPS_PROXY and NO_PROXY";
  return undefined;
}

/** Finds the most specific error code. undici wraps system errors in its own. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if (error instanceof Error && error.name === "HTTPParserError") return "invalid HTTP";
  const own = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const inner = "cause" in error ? codeOf(error.cause) : undefined;
  if (own === undefined || own === "UND_ERR_SOCKET" || own === "UND_ERR_ABORTED") return inner ?? own;
  return own;
}
