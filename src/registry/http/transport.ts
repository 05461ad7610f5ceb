import type { Readable } from "node:stream";
import { errors, request, type Dispatcher } from "undici";
import type { Clock } from "../../clock.ts";
import type { Side } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import { readStart } from "./body.ts";
import { connectionError } from "./connection-error.ts";
import type { Headers } from "./headers.ts";
import { MAX_ERROR_BYTES, MAX_INFORMATIONAL } from "../limits.ts";
import type { Subject } from "../errors/operation.ts";
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

/** Creates a function that sends requests and emits `request.started` and `request.finished`. Follows no redirects and does not retry. */
export function createTransport(options: TransportOptions): Send {
  const { dispatcher, emit, clock, side } = options;
  return async (sent) => {
    const { method, url, signal } = sent;
    const began = clock.monotonic();
    emit({ type: "request.started", side, method, host: url.host, path: url.pathname });
    const finished = (status: number | undefined): void => {
      const milliseconds = Math.round(clock.monotonic() - began);
      emit({ type: "request.finished", side, method, host: url.host, path: url.pathname, status, milliseconds });
    };
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher,
        method,
        headers: { "user-agent": USER_AGENT, ...sent.headers },
        body: sent.body ?? null,
        // Otherwise undici closes the connection after each HEAD, the most frequent request.
        reset: false,
        onInfo: limitInformational(),
        ...(signal === undefined ? {} : { signal }),
        ...(sent.headersTimeout === undefined ? {} : { headersTimeout: sent.headersTimeout }),
      });
      finished(statusCode);
      // A destroyed body emits an error. Readers of the body still get it.
      body.on("error", () => {});
      const text = statusCode >= 400 ? withoutSent(await readStart(body, MAX_ERROR_BYTES), sent) : "";
      return { status: statusCode, headers, body, text };
    } catch (error) {
      finished(undefined);
      const { operation, reference, unreachableHint: hint } = sent;
      throw connectionError(error, {
        side,
        host: url.host,
        signal,
        operation,
        reference,
        hint,
        waited: clock.monotonic() - began,
      });
    }
  };
}

function limitInformational(): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count > MAX_INFORMATIONAL) throw new errors.HeadersTimeoutError("too many informational responses");
  };
}
