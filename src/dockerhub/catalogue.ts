import { request, type Dispatcher } from "undici";

import { formatPlatform, isRunnable } from "../oci/platform.ts";
import { DOCKER_HUB, type Reference } from "../oci/reference.ts";

/** Where the catalogue is. Its limit is one of its own; asking it spends no pull (Docker Hub API reference, `/v2/`). */
export const CATALOGUE_HOST = "hub.docker.com";

/** The catalogue is a courtesy: a plan does not wait longer for it, and does without. */
const CATALOGUE_TIMEOUT_MS = 5_000;

/** A tag's entry has a few kilobytes. */
const MAX_ENTRY_BYTES = 1024 * 1024;

export interface CatalogueEntry {
  platforms: number;
  /** Sum of the compressed sizes of its images. */
  bytes: number;
}

/**
 * What Docker Hub's catalogue says of a tag: platforms and size, if its entry is about this digest.
 * Undefined whenever it does not answer well: nothing depends on it.
 */
export async function readCatalogue(
  reference: Reference,
  digest: string,
  options: { endpoint: URL; dispatcher: Dispatcher; signal: AbortSignal },
): Promise<CatalogueEntry | undefined> {
  const [namespace, ...rest] = reference.repository.split("/");
  if (reference.registry !== DOCKER_HUB || reference.tag === undefined || namespace === undefined) return undefined;
  const path = `/v2/namespaces/${namespace}/repositories/${rest.join("/")}/tags/${reference.tag}`;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(CATALOGUE_TIMEOUT_MS)]);
  try {
    const { dispatcher } = options;
    const { statusCode, body } = await request(new URL(path, options.endpoint), { dispatcher, signal });
    if (statusCode !== 200) {
      await body.dump();
      return undefined;
    }
    return understand(JSON.parse(await readCapped(body)), digest);
  } catch {
    return undefined;
  }
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
  images?: { os?: unknown; architecture?: unknown; variant?: unknown; size?: unknown }[];
}

function understand(value: unknown, digest: string): CatalogueEntry | undefined {
  const entry = value as Entry | null;
  if (entry?.digest !== digest || !Array.isArray(entry.images)) return undefined;
  const platforms = new Set<string>();
  let bytes = 0;
  for (const { os, architecture, variant, size } of entry.images) {
    if (typeof os !== "string" || typeof architecture !== "string" || typeof size !== "number") return undefined;
    bytes += size;
    const platform = { os, architecture, ...(typeof variant === "string" && variant !== "" ? { variant } : {}) };
    if (isRunnable(platform)) platforms.add(formatPlatform(platform));
  }
  return { platforms: platforms.size, bytes };
}
