import pLimit from "p-limit";
import { errors, request, type Dispatcher } from "undici";

import type { Clock } from "../clock.ts";
import type { Emit } from "../events.ts";
import { urlAt } from "../parse-url.ts";
import type { ReadPageInTime } from "../registry/api/list-time.ts";
import type { Headers } from "../registry/http/headers.ts";

export interface CatalogueOptions {
  endpoint: URL;
  dispatcher: Dispatcher;
  /** Gets `request.started` and `request.finished`. */
  emit: Emit;
  clock: Clock;
}

/** A response of the catalogue, or the error that came instead. */
export type CatalogueResponse =
  | { status: number; headers: Headers; text: string; error?: undefined }
  | { status: undefined; error: unknown };

/**
 * Requests a path with its query. Rejects only as `inTime` does.
 * @param timeout milliseconds from the request to the end of its response
 * @param inTime limits the time of all requests for a list
 */
export type RequestCatalogue = (
  path: string,
  timeout: number,
  signal: AbortSignal,
  inTime?: ReadPageInTime,
) => Promise<CatalogueResponse>;

/** Requests at a time, of all kinds. */
const CATALOGUE_CONCURRENCY = 4;

/** A page of 100 tags with many platforms has about 2 MB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Makes the function that sends all requests to the catalogue: few at a time, with bounded bodies and without redirects. */
export function createCatalogueRequest({ endpoint, dispatcher, emit, clock }: CatalogueOptions): RequestCatalogue {
  const limit = pLimit(CATALOGUE_CONCURRENCY);
  return (path, timeout, signal, inTime = (read) => read()) =>
    limit(() => inTime(() => send(urlOf(path, endpoint), timeout, signal)));

  async function send(url: URL, timeout: number, signal: AbortSignal): Promise<CatalogueResponse> {
    const start = clock.monotonic();
    const { host, pathname: path } = url;
    emit({ type: "request.started", side: "source", method: "GET", host, path });
    const finished = (response: CatalogueResponse): CatalogueResponse => {
      const milliseconds = Math.round(clock.monotonic() - start);
      const { status } = response;
      emit({ type: "request.finished", side: "source", method: "GET", host, path, status, milliseconds });
      return response;
    };
    const late = new AbortController();
    const stop = clock.after(timeout, () => late.abort(new errors.HeadersTimeoutError()));
    try {
      const either = AbortSignal.any([signal, late.signal]);
      const { statusCode: status, headers, body } = await request(url, { dispatcher, signal: either });
      if (status === 200) return finished({ status, headers, text: await readBoundedBody(body) });
      await body.dump();
      return finished({ status, headers, text: "" });
    } catch (error) {
      return finished({ status: undefined, error });
    } finally {
      stop();
    }
  }
}

async function readBoundedBody(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new Error(`the response is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function urlOf(path: string, endpoint: URL): URL {
  const [pathname = "", query] = path.split("?", 2);
  return urlAt(endpoint, pathname, query);
}
