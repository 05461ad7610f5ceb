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

/** One request as it is sent, without what signing in adds. */
export interface Request extends Subject {
  method: "GET" | "HEAD" | "POST" | "PUT";
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array | string | Readable | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds; the dispatcher's own where missing, none where 0. */
  headersTimeout?: number;
  /** Said when the connection breaks. */
  unreachableHint?: string | undefined;
}

/** One answer, whatever its status. */
export interface Response {
  status: number;
  headers: Headers;
  /** Must be read or destroyed. Already read where `status` is 400 or more. */
  body: Readable;
  /** The body of an error, capped and without what it repeats of our secrets; empty for everything else. */
  text: string;
}

/** Sends one request once. @throws MirrorError when no answer came: UNREACHABLE, TIMEOUT, TLS, INTERRUPTED */
export type Send = (request: Request) => Promise<Response>;

/** What requests are sent with, and who hears of them. */
interface TransportOptions {
  dispatcher: Dispatcher;
  emit: Emit;
  clock: Clock;
  side: Side & ("source" | "target");
}

const USER_AGENT = "mirrorform";

/** The way to the network. Follows no redirect and repeats nothing; tells every attempt as `request.finished`. */
export function createTransport(options: TransportOptions): Send {
  const { dispatcher, emit, clock, side } = options;
  return async (sent) => {
    const { method, url, signal } = sent;
    const began = clock.now();
    const finished = (status: number | undefined): void => {
      const milliseconds = clock.now() - began;
      emit({ type: "request.finished", side, method, host: url.host, path: url.pathname, status, milliseconds });
    };
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher,
        method,
        headers: { "user-agent": USER_AGENT, ...sent.headers },
        body: sent.body ?? null,
        // Otherwise undici closes the connection after each HEAD, of which we send the most.
        reset: false,
        onInfo: boundInformational(),
        ...(signal === undefined ? {} : { signal }),
        ...(sent.headersTimeout === undefined ? {} : { headersTimeout: sent.headersTimeout }),
      });
      finished(statusCode);
      // A body that is given up ends in an error; whoever still reads it hears of it all the same.
      body.on("error", () => {});
      const text = statusCode >= 400 ? withoutSent(await readStart(body, MAX_ERROR_BYTES), sent) : "";
      return { status: statusCode, headers, body, text };
    } catch (error) {
      finished(undefined);
      const { operation, reference, unreachableHint: hint } = sent;
      throw connectionError(error, { side, host: url.host, signal, operation, reference, hint });
    }
  };
}

function boundInformational(): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count > MAX_INFORMATIONAL) throw new errors.HeadersTimeoutError("nothing but informational answers");
  };
}
