/** Docker Hub's own tag API. It is separate from the registry and has its own rate limit. docs.docker.com/reference/api/hub */
import { readManifest } from "../../oci/manifest.ts";
import { isRunnable, type Platform } from "../../oci/platforms/platform.ts";
import { json, send, type Answer, type RequestHandler } from "../http/answer.ts";
import type { WallClock } from "../wall-clock.ts";
import type { DockerHubQuirks } from "./docker-hub-quirks.ts";
import { abuseRefusal } from "./docker-hub-policy.ts";
import { readTarget } from "../http/request-target.ts";
import type { Repository, Store, StoredManifest } from "../registry/registry-store.ts";

/** What {@link catalogueHandler} needs. */
export interface CatalogueOptions {
  store: Store;
  quirks: DockerHubQuirks;
  clock: WallClock;
  /** Requests per minute. Docker Hub allows 180 (docker/hub-feedback#2459). */
  limitPerMinute: number;
}

/** Tags per page. */
const PAGE_SIZE = { default: 10, max: 100 };
const PATH = /^\/v2\/(?:namespaces\/([^/]+)\/repositories|repositories\/([^/]+))\/([^/]+)\/tags(?:\/([^/]+))?\/?$/;
const MINUTE_MILLISECONDS = 60_000;

/** Serves `GET /v2/namespaces/{ns}/repositories/{repo}/tags`, its older path, and single tags. Anonymous, read-only. */
export function catalogueHandler(options: CatalogueOptions): RequestHandler {
  const window = { endsAt: 0, requests: 0 };
  return async (request, response) => {
    const abuse = abuseRefusal(options.quirks);
    if (abuse !== undefined) return send(response, abuse);
    const now = options.clock().getTime();
    if (now >= window.endsAt) Object.assign(window, { endsAt: now + MINUTE_MILLISECONDS, requests: 0 });
    window.requests += 1;
    const headers = limitHeaders(options.limitPerMinute, window);
    if (window.requests > options.limitPerMinute) {
      return send(response, tooMany(options.quirks, window.endsAt, now, headers));
    }
    const isRead = request.method === "GET" || request.method === "HEAD";
    const answer = isRead ? catalogueAnswer(options.store, request.url, request.headers.host ?? "") : notAllowed();
    send(response, { ...answer, headers: { ...answer.headers, ...headers } });
  };
}

function catalogueAnswer(store: Store, url: string | undefined, host: string): Answer {
  const { path, query } = readTarget(url);
  const match = PATH.exec(path);
  if (match === null) return notFound();
  const repository = store.repository(`${match[1] ?? match[2]}/${match[3]}`);
  if (repository === undefined) return notFound();
  if (match[4] !== undefined) {
    const tag = describeTag(repository, match[4]);
    return tag === undefined ? notFound() : json(200, tag);
  }
  const size = Math.min(positive(query.get("page_size")) ?? PAGE_SIZE.default, PAGE_SIZE.max);
  const page = positive(query.get("page")) ?? 1;
  const tags = latestFirst(repository);
  const first = (page - 1) * size;
  if (page > 1 && first >= tags.length) return notFound();
  const pageUrl = (number: number): string => `http://${host}${path}?page=${number}&page_size=${size}`;
  return json(200, {
    count: tags.length,
    next: first + size < tags.length ? pageUrl(page + 1) : null,
    previous: page > 1 ? pageUrl(page - 1) : null,
    results: tags.slice(first, first + size).map((tag) => describeTag(repository, tag)),
  });
}

function latestFirst(repository: Repository): string[] {
  const pushedAt = (tag: string): number => manifestOf(repository, tag)?.pushedAt.getTime() ?? 0;
  return [...repository.tags.keys()].toSorted().toSorted((a, b) => pushedAt(b) - pushedAt(a));
}

function describeTag(repository: Repository, tag: string): Record<string, unknown> | undefined {
  const manifest = manifestOf(repository, tag);
  if (manifest === undefined) return undefined;
  const images = describeImages(repository, manifest);
  const pushed = manifest.pushedAt.toISOString();
  return {
    name: tag,
    digest: manifest.digest,
    media_type: manifest.mediaType,
    content_type: "image",
    full_size: images.find(({ os }) => os !== "unknown")?.size ?? 0,
    images,
    last_updated: pushed,
    tag_last_pushed: pushed,
    tag_status: "active",
    v2: true,
  };
}

interface DescribedImage extends Platform {
  digest: string;
  size: number;
  status: "active";
}

function describeImages(repository: Repository, manifest: StoredManifest): DescribedImage[] {
  const content = readManifest(manifest);
  if (!("manifests" in content || "blobs" in content)) return [];
  if (content.kind === "index") {
    return content.manifests.map(({ digest, platform }) => {
      const child = repository.manifests.get(digest);
      const named = platform !== undefined && isRunnable(platform) ? platform : UNKNOWN;
      return { ...named, digest, size: child === undefined ? 0 : layerBytes(child), status: "active" };
    });
  }
  const platform = { os: "linux", architecture: "amd64" };
  return [{ ...platform, digest: manifest.digest, size: layerBytes(manifest), status: "active" }];
}

const UNKNOWN: Platform = { os: "unknown", architecture: "unknown" };

function layerBytes(manifest: StoredManifest): number {
  const content = readManifest(manifest);
  if (!("blobs" in content)) return 0;
  return content.blobs.reduce((sum, { size }) => sum + size, 0);
}

function manifestOf(repository: Repository, tag: string): StoredManifest | undefined {
  const digest = repository.tags.get(tag);
  return digest === undefined ? undefined : repository.manifests.get(digest);
}

function limitHeaders(limit: number, window: { endsAt: number; requests: number }): Record<string, string> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(Math.max(0, limit - window.requests)),
    "x-ratelimit-reset": String(Math.ceil(window.endsAt / 1000)),
  };
}

function tooMany(quirks: DockerHubQuirks, endsAt: number, now: number, headers: Record<string, string>): Answer {
  const epoch = String(Math.ceil(endsAt / 1000));
  const retry = quirks["docker-hub-catalogue-retry-after-epoch"] ? epoch : String(Math.ceil((endsAt - now) / 1000));
  return json(
    429,
    { detail: "Rate limit exceeded", error: false },
    { ...headers, "retry-after": retry, "x-retry-after": epoch },
  );
}

function positive(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

function notFound(): Answer {
  return json(404, { message: "object not found", errinfo: {} });
}

function notAllowed(): Answer {
  return json(405, { message: "method not allowed", errinfo: {} });
}
