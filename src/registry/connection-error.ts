import { MirrorError, type ErrorCode, type Side } from "../errors.ts";
import type { Subject } from "./operation.ts";

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

export interface ConnectionErrorContext extends Subject {
  side: Side;
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
  const reason = codeOf(error);
  if (error instanceof Error && (reason === undefined || reason === "UND_ERR_INVALID_ARG")) return error;
  const code = classify(reason);
  return new MirrorError(`${host} ${sentence(code, error)} (${reason ?? "unknown"})`, {
    code,
    side,
    operation,
    reference,
    // A name that does not exist and a certificate that does not convince will be no better in a second.
    retryable: code !== "TLS" && reason !== "ENOTFOUND",
    hint: hintFor(code, reason, host) ?? context.hint,
    cause: error,
  });
}

/** What an aborted signal means: its reason where that is a MirrorError, else INTERRUPTED. */
export function interruption(signal: AbortSignal, context: Subject & { side: Side }): MirrorError {
  const { side, operation, reference } = context;
  if (signal.reason instanceof MirrorError) return signal.reason;
  return new MirrorError("interrupted", { code: "INTERRUPTED", side, operation, reference, cause: signal.reason });
}

function classify(reason: string | undefined): ErrorCode {
  if (reason === undefined) return "UNREACHABLE";
  if (TIMEOUTS.has(reason)) return "TIMEOUT";
  return TLS.test(reason) ? "TLS" : "UNREACHABLE";
}

function sentence(code: ErrorCode, error: unknown): string {
  if (code === "TIMEOUT") return "did not answer in time";
  if (code === "TLS") return "has no certificate that can be trusted, or speaks no TLS";
  const name = codeOf(error);
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
