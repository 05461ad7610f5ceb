import type { ErrorCode } from "../error-code.ts";
import { MirrorError } from "../errors.ts";
import { parseJsonObject } from "../oci/json-object.ts";
import { DOCKER_HUB } from "../oci/reference.ts";
import { webPageError } from "../registry/errors/web-page-error.ts";
import { readRetryAfter } from "../registry/retry/retry-after.ts";
import { isPage, NETWORK_SIGN_IN } from "../registry/http/web-page.ts";
import { CutOff, isPageRefused } from "./catalogue-depth.ts";
import { answerOf, catalogueCode, catalogueError } from "./catalogue-error.ts";
import type { CatalogueOptions, CatalogueResponse, RequestCatalogue } from "./catalogue-request.ts";
import { readCatalogueTag, type CatalogueTag } from "./catalogue-tag.ts";

/** One page of a repository's tags, most recently pushed first. */
export interface CataloguePage {
  tags: CatalogueTag[];
  /** The number of tags of the repository. The catalogue may list fewer than it counts. */
  count: number;
}

/** Tags per page, the maximum of the Docker Hub API. */
export const CATALOGUE_PAGE = 100;

/** Most tags of a page that is accepted, whatever its size should be. */
const MAX_RESULTS = 1000;

/** Longer than for a best-effort request, as the plan depends on the list. */
const PAGE_TIMEOUT_MS = 30_000;
/** Attempts per page. */
const PAGE_ATTEMPTS = 4;
/** Delay after a 429 without `Retry-After`: the limit is per minute. */
const LIMIT_WAIT_MS = 60_000;
/** The longest delay: `Retry-After` has been a point in time since 1970, and in other units (docker/hub-feedback#2459). */
const LONGEST_WAIT_MS = 120_000;
/** Delay before the second attempt; doubled for each further one. */
const BACKOFF_MS = 500;

/** The path of a page. @param page counted from 1 */
export function pagePath(repository: string, page: number): string {
  const slash = repository.indexOf("/");
  const [namespace, name] = [repository.slice(0, slash), repository.slice(slash + 1)];
  return `/v2/namespaces/${namespace}/repositories/${name}/tags?page_size=${CATALOGUE_PAGE}&page=${page}`;
}

/** Parses a page. Undefined where it is not one. */
export function readPage(text: string): CataloguePage | undefined {
  const body = parseJsonObject(text);
  const { count, results } = body ?? {};
  if (!Array.isArray(results) || results.length > MAX_RESULTS) return undefined;
  if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0) return undefined;
  return { count, tags: results.map(readCatalogueTag).filter((tag) => tag !== undefined) };
}

/** What reading a page needs. */
export interface PageRequest extends Pick<CatalogueOptions, "clock" | "emit" | "endpoint"> {
  request: RequestCatalogue;
  signal: AbortSignal;
  /** Whether to wait if the catalogue throttles. */
  canWait: boolean;
}

/**
 * Reads a page, retrying failures and waiting when the catalogue throttles. A page past the end is empty.
 * @returns a cut-off for a page that anonymous readers may not see, or that is not worth waiting for
 * @throws MirrorError
 */
export async function fetchPage(
  repository: string,
  page: number,
  { request, clock, emit, endpoint, signal, canWait }: PageRequest,
): Promise<CataloguePage | CutOff> {
  const subject = { side: "source", operation: "list tags of", reference: `${DOCKER_HUB}/${repository}` } as const;
  for (let attempt = 1; ; attempt += 1) {
    const path = pagePath(repository, page);
    const response = await request(path, PAGE_TIMEOUT_MS, signal);
    const { status } = response;
    if (status === undefined) {
      const error = response.error instanceof MirrorError ? response.error.with(subject) : response.error;
      const isRetryable = error instanceof MirrorError && error.retryable;
      if (!isRetryable || attempt >= PAGE_ATTEMPTS || signal.aborted) throw error;
    } else if (status === 200) {
      const read = readPage(response.text);
      if (read !== undefined) return read;
      const isWebPage = isPage(response.headers, Buffer.from(response.text));
      if (isWebPage) throw webPageError("hub.docker.com", "a list of tags", subject);
      const message = "hub.docker.com did not answer with a list of tags";
      throw new MirrorError(message, { ...subject, code: "UNEXPECTED_RESPONSE" });
    } else if (status === 404 && page > 1) {
      return { count: 0, tags: [] };
    } else if (isPageRefused(status, page)) {
      return new CutOff("refused", answerOf(response));
    } else if (status === 429 && !canWait) {
      return new CutOff("throttled", answerOf(response));
    } else if (attempt >= PAGE_ATTEMPTS || !isTransient(status)) {
      throw catalogueError(response, subject);
    }
    const delayMilliseconds = delayAfter(response, attempt, clock.now());
    const retried = { side: "source", method: "GET", host: endpoint.host, path: pathnameOf(path) } as const;
    emit({ type: "request.retried", ...retried, attempt, delayMilliseconds, reason: reasonOf(response) });
    await clock.sleep(delayMilliseconds, signal);
  }
}

function reasonOf(response: CatalogueResponse): ErrorCode {
  if (response.status !== undefined) return catalogueCode(response.status);
  return response.error instanceof MirrorError ? response.error.code : "UNREACHABLE";
}

function pathnameOf(path: string): string {
  return path.replace(/\?.*$/, "");
}

function isTransient(status: number): boolean {
  return status === 429 || (status >= 500 && status !== NETWORK_SIGN_IN);
}

function delayAfter(response: CatalogueResponse, attempt: number, now: number): number {
  if (response.status !== 429) return BACKOFF_MS * 2 ** (attempt - 1);
  return Math.min(readRetryAfter(response.headers, now) ?? LIMIT_WAIT_MS, LONGEST_WAIT_MS);
}
