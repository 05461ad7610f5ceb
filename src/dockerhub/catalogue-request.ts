import pLimit from "p-limit";
import { errors, request, type Dispatcher } from "undici";

import type { Clock } from "../clock.ts";
import { MirrorError } from "../errors.ts";
import type { Emit } from "../events.ts";
import { mayHaveMoreValues } from "../oci/json-object.ts";
import { urlAt } from "../parse-url.ts";
import type { ReadPageInTime } from "../registry/api/list-time.ts";
import { createHostBreaker } from "../registry/hosts/host-breaker.ts";
import type { Hosts } from "../registry/hosts/host-limits.ts";
import { readStart } from "../registry/http/body.ts";
import { connectionError } from "../registry/http/connection-error.ts";
import type { Headers } from "../registry/http/headers.ts";
import { MAX_ERROR_BYTES } from "../registry/limits.ts";

export interface CatalogueOptions {
  endpoint: URL;
  dispatcher: Dispatcher;
  /** Gets `request.started` and `request.finished`. */
  emit: Emit;
  clock: Clock;
  /** Which hosts are down, to share between clients. Defaults to the client's own. */
  hosts?: Pick<Hosts, "breaker">;
}

/** A response with any status. The body of an error is cut off. */
export interface CatalogueAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** A response of the catalogue, or the error that came instead: a MirrorError, or a defect. Neither for a request that was not sent. */
export type CatalogueResponse = CatalogueAnswer | { status: undefined; error: unknown };

/**
 * Requests a path with its query. Rejects only as `inTime` does.
 * @param timeout milliseconds from the request to the end of its response
 * @param options.gate decides whether the request is still sent when its turn comes (default: always)
 * @param options.inTime limits the time of all requests for a list
 */
export type RequestCatalogue = (
  path: string,
  timeout: number,
  signal: AbortSignal,
  options?: { gate?: CatalogueGate; inTime?: ReadPageInTime },
) => Promise<CatalogueResponse>;

/** Whether requests are still worth sending, judged by the responses so far. */
export interface CatalogueGate {
  isOpen(): boolean;
  record(response: CatalogueResponse): void;
}

/** What errors call the catalogue, whatever its endpoint. */
const NAME = "hub.docker.com";

/** Requests at a time, of all kinds. */
const CATALOGUE_CONCURRENCY = 4;

/** A page of 100 tags with many platforms has about 2 MB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_BODY_VALUES = 1_000_000;

/**
 * Makes the function that sends all requests to the catalogue: few at a time, with bounded bodies and without redirects,
 * and none while the catalogue is down.
 */
export function createCatalogueRequest(options: CatalogueOptions): RequestCatalogue {
  const { endpoint, dispatcher, emit, clock, hosts = { breaker: createHostBreaker() } } = options;
  const limit = pLimit(CATALOGUE_CONCURRENCY);
  return (path, timeout, signal, { gate, inTime } = {}) =>
    limit(async () => {
      if (gate?.isOpen() === false) return { status: undefined, error: undefined };
      const ask = () => send(urlOf(path, endpoint), timeout, signal);
      const response = await (inTime === undefined ? ask() : inTime(ask));
      gate?.record(response);
      return response;
    });

  async function send(url: URL, timeout: number, signal: AbortSignal): Promise<CatalogueResponse> {
    const { host } = url;
    const call = { side: "source", operation: "read the catalogue at", reference: NAME } as const;
    const statusOf = ({ status }: CatalogueAnswer) => status;
    const errorOf = ({ status }: CatalogueAnswer) =>
      new MirrorError(`${NAME} answered ${status}`, { ...call, code: "SERVER_ERROR" });
    const guarded = { ...call, clock, subjectOf: () => url.href, statusOf, errorOf };
    try {
      return await hosts.breaker.guard(host, guarded, () => ask(url, timeout, signal));
    } catch (error) {
      return { status: undefined, error };
    }
  }

  /** @throws MirrorError without an answer */
  async function ask(url: URL, timeout: number, signal: AbortSignal): Promise<CatalogueAnswer> {
    const start = clock.monotonic();
    const { host, pathname: path } = url;
    emit({ type: "request.started", side: "source", method: "GET", host, path });
    const finished = (status: number | undefined): void => {
      const milliseconds = Math.round(clock.monotonic() - start);
      emit({ type: "request.finished", side: "source", method: "GET", host, path, status, milliseconds });
    };
    const call = { side: "source", operation: "read the catalogue at", reference: NAME } as const;
    const late = new AbortController();
    const stop = clock.after(timeout, () => late.abort(new errors.HeadersTimeoutError()));
    try {
      const either = AbortSignal.any([signal, late.signal]);
      const { statusCode: status, headers, body } = await request(url, { dispatcher, signal: either });
      const text = status === 200 ? await readBoundedBody(body, call) : await readStart(body, MAX_ERROR_BYTES);
      finished(status);
      return { status, headers, text };
    } catch (error) {
      finished(undefined);
      throw connectionError(error, { ...call, host: NAME, signal, waited: clock.monotonic() - start });
    } finally {
      stop();
    }
  }
}

async function readBoundedBody(
  body: AsyncIterable<Uint8Array>,
  call: { side: "source"; operation: string; reference: string },
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) {
      throw new MirrorError(`the response is larger than ${MAX_BODY_BYTES} bytes`, { ...call, code: "TOO_LARGE" });
    }
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  if (mayHaveMoreValues(whole, MAX_BODY_VALUES)) {
    throw new MirrorError(`the response has more than ${MAX_BODY_VALUES} values`, { ...call, code: "TOO_LARGE" });
  }
  return whole.toString("utf8");
}

function urlOf(path: string, endpoint: URL): URL {
  const [pathname = "", query] = path.split("?", 2);
  return urlAt(endpoint, pathname, query);
}
