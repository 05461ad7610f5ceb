import { Readable } from "node:stream";
import { errors, request, type Dispatcher } from "undici";
import type { Clock } from "../../clock.ts";
import type { MirrorError, Side } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import { timeToSend, watchAnswer } from "./answer-watch.ts";
import { readStart } from "./body.ts";
import { connectionError } from "./connection-error.ts";
import type { Headers } from "./headers.ts";
import type { MinimumRate } from "./minimum-rate.ts";
import { HEADERS_TIMEOUT, MAX_ERROR_BYTES, MAX_INFORMATIONAL } from "../limits.ts";
import type { Subject } from "../errors/operation.ts";
import { reportStalls } from "./report-stalls.ts";
import { withoutSent } from "../auth/sent-secrets.ts";

/** A request. */
export interface Request extends Subject {
  method: "GET" | "HEAD" | "POST" | "PUT";
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array | string | Readable | undefined;
  signal?: AbortSignal | undefined;
  /** In milliseconds. Defaults to the dispatcher's timeout; 0 means none. */
  headersTimeout?: number;
  /** Least rate of a large body. Without it, the request has a deadline as a whole. */
  bodyRate?: MinimumRate | undefined;
  /** Called when the body of the response has ended: with an error if it was too slow, and the response's status. */
  onBodyEnd?: ((tooSlow: MirrorError | undefined, status: number) => void) | undefined;
  /** The hint for a failed connection. */
  unreachableHint?: string | undefined;
}

/** A response with any status. */
export interface Response {
  status: number;
  headers: Headers;
  /** Must be read or destroyed. Already read if `status` is 400 or more. */
  body: Readable;
  /** The body of an error, capped, and without secrets of the request. Empty for other responses. */
  text: string;
}

/** Sends a request without retries. @throws MirrorError without a response: UNREACHABLE, TIMEOUT, TLS, INTERRUPTED */
export type Send = (request: Request) => Promise<Response>;

/** Options of {@link createTransport}. */
interface TransportOptions {
  dispatcher: Dispatcher;
  emit: Emit;
  clock: Clock;
  side: Side & ("source" | "target");
}

const USER_AGENT = "mirrorform";

/**
 * Creates a function that sends requests and emits `request.started` and `request.finished`. Follows no redirects and
 * does not retry. Every response has a limit on its time, however slowly its bytes come.
 */
export function createTransport(options: TransportOptions): Send {
  const { dispatcher, emit, clock, side } = options;
  return async (sent) => {
    const { method, url, signal, operation, reference } = sent;
    const began = clock.monotonic();
    const body = sent.body instanceof Readable ? { isStream: true } : {};
    emit({ type: "request.started", side, method, host: url.host, path: url.pathname, ...body });
    const finished = (status: number | undefined): void => {
      const milliseconds = Math.round(clock.monotonic() - began);
      emit({ type: "request.finished", side, method, host: url.host, path: url.pathname, status, milliseconds });
    };
    const subject = { side, host: url.host, operation, reference } as const;
    const sentBytes = bytesOf(sent.body);
    const watch = watchAnswer({ ...subject, clock, sentBytes });
    // The sender of a stream watches its own progress.
    if (sent.body instanceof Readable) watch.stop();
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher,
        method,
        headers: { "user-agent": USER_AGENT, ...sent.headers },
        body: sent.body ?? null,
        // Otherwise undici closes the connection after each HEAD, the most frequent request.
        reset: false,
        onInfo: limitInformational(),
        signal: signal === undefined ? watch.signal : AbortSignal.any([signal, watch.signal]),
        ...headersTimeoutOf(sent, sentBytes),
      });
      finished(statusCode);
      // A destroyed body emits an error. Readers of the body still get it.
      body.on("error", () => {});
      const response = { status: statusCode, headers };
      if (hasNoBody(method, statusCode)) {
        watch.stop();
        sent.onBodyEnd?.(undefined, statusCode);
        return { ...response, body, text: "" };
      }
      // While a reader is behind, it is not the host's turn.
      const stalls = reportStalls(emit, { side, method, url }, () => watched.readableLength === 0);
      const watched = watch.watchBody(body, {
        onChunk: stalls.progress,
        rate: sent.bodyRate,
        translate: (error) => connectionError(error, { ...subject, signal }),
        onEnd(tooSlow, isComplete) {
          stalls.stop();
          if (isComplete || tooSlow !== undefined) sent.onBodyEnd?.(tooSlow, statusCode);
        },
      });
      watched.on("error", () => {});
      const text = statusCode >= 400 ? withoutSent(await readStart(watched, MAX_ERROR_BYTES), sent) : "";
      return { ...response, body: watched, text };
    } catch (error) {
      watch.stop();
      finished(undefined);
      const { unreachableHint: hint } = sent;
      throw connectionError(error, { ...subject, signal, hint, waited: clock.monotonic() - began });
    }
  };
}

/** Whether a response has no body (RFC 9110, 6.4.1). */
function hasNoBody(method: Request["method"], status: number): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

/** Returns the bytes of a request's body, 0 for a stream. */
function bytesOf(body: Request["body"]): number {
  return body === undefined || body instanceof Readable ? 0 : Buffer.byteLength(body);
}

/** A large body takes time on a slow line before the registry can answer. */
function headersTimeoutOf({ headersTimeout }: Request, sentBytes: number): { headersTimeout?: number } {
  if (headersTimeout !== undefined) return { headersTimeout };
  const more = timeToSend(sentBytes);
  return more < 1000 ? {} : { headersTimeout: HEADERS_TIMEOUT + more };
}

function limitInformational(): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count > MAX_INFORMATIONAL) throw new errors.HeadersTimeoutError("too many informational responses");
  };
}
