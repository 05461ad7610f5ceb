import pLimit from "p-limit";
import { request, type Dispatcher } from "undici";

import type { Clock } from "../clock.ts";
import type { Emit } from "../events.ts";
import type { Headers } from "../registry/http/headers.ts";

/** Where the catalogue is, and who hears of its requests. */
export interface CatalogueOptions {
  endpoint: URL;
  dispatcher: Dispatcher;
  emit: Emit;
  clock: Clock;
}

/** An answer of the catalogue; with `error` none came. */
export type CatalogueAnswer =
  | { status: number; headers: Headers; text: string; error?: undefined }
  | { status: undefined; error: unknown };

/** Asks for a path with its query. Never rejects. @param milliseconds until it is given up */
export type AskCatalogue = (path: string, milliseconds: number, signal: AbortSignal) => Promise<CatalogueAnswer>;

/** Requests at a time, of all kinds. */
const CATALOGUE_CONCURRENCY = 4;

/** A page of 100 tags with many platforms has about 2 MB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The one way to the catalogue: few requests at a time, answers of a bounded length, no redirects. */
export function createCatalogueRequest({ endpoint, dispatcher, emit, clock }: CatalogueOptions): AskCatalogue {
  const limit = pLimit(CATALOGUE_CONCURRENCY);
  return (path, milliseconds, signal) => limit(() => ask(new URL(path, endpoint), milliseconds, signal));

  async function ask(url: URL, patience: number, signal: AbortSignal): Promise<CatalogueAnswer> {
    const began = clock.now();
    const finished = (answer: CatalogueAnswer): CatalogueAnswer => {
      const { host, pathname: path } = url;
      const milliseconds = clock.now() - began;
      const { status } = answer;
      emit({ type: "request.finished", side: "source", method: "GET", host, path, status, milliseconds });
      return answer;
    };
    try {
      const either = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
      const { statusCode: status, headers, body } = await request(url, { dispatcher, signal: either });
      if (status === 200) return finished({ status, headers, text: await readBoundedFile(body) });
      await body.dump();
      return finished({ status, headers, text: "" });
    } catch (error) {
      return finished({ status: undefined, error });
    }
  }
}

async function readBoundedFile(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error("the catalogue's answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
