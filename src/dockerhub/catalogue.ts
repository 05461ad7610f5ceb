import pLimit from "p-limit";
import { request, type Dispatcher } from "undici";

import type { Clock } from "../clock.ts";
import type { Emit } from "../events.ts";
import { isRunnable } from "../oci/platform.ts";
import { DOCKER_HUB, type Reference } from "../oci/reference.ts";

/** Where the catalogue is. Its limit is one of its own; asking it spends no pull (Docker Hub API reference, `/v2/`). */
export const CATALOGUE_HOST = "hub.docker.com";

/** The catalogue is a courtesy: a plan does not wait longer for it, and does without. */
const CATALOGUE_TIMEOUT_MS = 5_000;

/** Entries asked for at a time. */
const CATALOGUE_CONCURRENCY = 4;

/** A tag's entry has a few kilobytes. */
const MAX_ENTRY_BYTES = 1024 * 1024;

export interface CatalogueEntry {
  /** Images to run. Windows has several for one platform, which differ in `os.version`: each is one. */
  platforms: number;
  /** Sum of the compressed sizes of its images. */
  bytes: number;
}

/** @returns what the catalogue says of a tag, if its entry is about this digest; undefined whenever it does not answer well */
export type Catalogue = (
  reference: Reference,
  digest: string,
  signal: AbortSignal,
) => Promise<CatalogueEntry | undefined>;

export interface CatalogueOptions {
  endpoint: URL;
  dispatcher: Dispatcher;
  emit: Emit;
  clock: Clock;
}

/**
 * Docker Hub's catalogue of tags: platforms and sizes, without a pull. Nothing depends on it; once it asks for less
 * it is left alone for the rest of the run.
 */
export function createCatalogue({ endpoint, dispatcher, emit, clock }: CatalogueOptions): Catalogue {
  const limit = pLimit(CATALOGUE_CONCURRENCY);
  let isThrottled = false;
  return async (reference, digest, signal) => {
    const path = entryPath(reference);
    if (path === undefined) return undefined;
    return limit(async () => {
      if (isThrottled || signal.aborted) return undefined;
      const { status, text } = await ask(new URL(path, endpoint), signal);
      isThrottled ||= status === 429;
      return status === 200 ? understand(text, digest) : undefined;
    });
  };

  async function ask(url: URL, signal: AbortSignal): Promise<{ status: number | undefined; text: string }> {
    const began = clock.now();
    const finished = (status: number | undefined, text: string) => {
      const { host, pathname: path } = url;
      const milliseconds = clock.now() - began;
      emit({ type: "request.finished", side: "source", method: "GET", host, path, status, milliseconds });
      return { status, text };
    };
    try {
      const either = AbortSignal.any([signal, AbortSignal.timeout(CATALOGUE_TIMEOUT_MS)]);
      const { statusCode, body } = await request(url, { dispatcher, signal: either });
      if (statusCode === 200) return finished(statusCode, await readCapped(body));
      await body.dump();
      return finished(statusCode, "");
    } catch {
      return finished(undefined, "");
    }
  }
}

/** Undefined for what the catalogue does not list. */
function entryPath({ registry, repository, tag }: Reference): string | undefined {
  const slash = repository.indexOf("/");
  if (registry !== DOCKER_HUB || tag === undefined || slash < 0) return undefined;
  return `/v2/namespaces/${repository.slice(0, slash)}/repositories/${repository.slice(slash + 1)}/tags/${tag}`;
}

async function readCapped(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_ENTRY_BYTES) throw new Error("the catalogue's answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

interface Entry {
  digest?: unknown;
  images?: { os?: unknown; architecture?: unknown; size?: unknown }[];
}

function understand(text: string, digest: string): CatalogueEntry | undefined {
  const entry = parseEntry(text);
  if (entry?.digest !== digest || !Array.isArray(entry.images)) return undefined;
  let platforms = 0;
  let bytes = 0;
  for (const { os, architecture, size } of entry.images) {
    if (typeof os !== "string" || typeof architecture !== "string") return undefined;
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
    bytes += size;
    if (isRunnable({ os, architecture })) platforms += 1;
  }
  return { platforms, bytes };
}

function parseEntry(text: string): Entry | null {
  try {
    return JSON.parse(text) as Entry | null;
  } catch {
    return null;
  }
}
