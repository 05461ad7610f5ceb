import type { Clock } from "../clock.ts";
import { MirrorError } from "../errors.ts";
import { parseJsonObject } from "../oci/json-object.ts";
import { DOCKER_HUB } from "../oci/reference.ts";
import { connectionError } from "../registry/http/connection-error.ts";
import { readRetryAfter } from "../registry/http/retry-after.ts";
import type { AskCatalogue, CatalogueAnswer } from "./catalogue-request.ts";
import { readCatalogueTag, type CatalogueTag } from "./catalogue-tag.ts";

/** One page of a repository's tags, the latest pushed first. */
export interface CataloguePage {
  tags: CatalogueTag[];
  /** Tags of the repository; what the catalogue counts need not be all that it lists. */
  count: number;
}

/** Tags asked for at a time: no more are given (Docker Hub API reference). */
export const CATALOGUE_PAGE = 100;

/** A list is waited for longer than a courtesy: the plan depends on it. */
const PAGE_TIMEOUT_MS = 30_000;
/** How often a page is asked for. */
const PAGE_ATTEMPTS = 4;
/** Waited for when the catalogue asks for less and does not say how long: its limit is by the minute. */
const LIMIT_WAIT_MS = 60_000;
/** Never waited longer: it has said a moment since 1970, and in other units (docker/hub-feedback#2459). */
const LONGEST_WAIT_MS = 120_000;
/** Waited before the second attempt, and twice as long before each further one. */
const BACKOFF_MS = 500;

/** The path of a page, counted from 1. */
export function pagePath(repository: string, page: number): string {
  const slash = repository.indexOf("/");
  const [namespace, name] = [repository.slice(0, slash), repository.slice(slash + 1)];
  return `/v2/namespaces/${namespace}/repositories/${name}/tags?page_size=${CATALOGUE_PAGE}&page=${page}`;
}

/** What a page says; undefined for what is none. */
export function readPage(text: string): CataloguePage | undefined {
  const body = parseJsonObject(text);
  const { count, results } = body ?? {};
  if (!Array.isArray(results) || typeof count !== "number" || !Number.isSafeInteger(count) || count < 0)
    return undefined;
  return { count, tags: results.map(readCatalogueTag).filter((tag) => tag !== undefined) };
}

/**
 * Reads a page that is needed: where the catalogue asks for less it is waited for, and a failure is tried again.
 * A page past the end is empty.
 * @throws MirrorError
 */
export async function demandPage(
  repository: string,
  page: number,
  ask: AskCatalogue,
  clock: Clock,
  signal: AbortSignal,
): Promise<CataloguePage> {
  const subject = { side: "source", operation: "list tags of", reference: `${DOCKER_HUB}/${repository}` } as const;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask(pagePath(repository, page), PAGE_TIMEOUT_MS, signal);
    if (answer.status === undefined) {
      const error = connectionError(answer.error, { ...subject, host: "hub.docker.com", signal });
      if (attempt >= PAGE_ATTEMPTS || signal.aborted) throw error;
    } else if (answer.status === 200) {
      const read = readPage(answer.text);
      if (read !== undefined) return read;
      throw new MirrorError("the catalogue's answer is no list of tags", { ...subject, code: "UNEXPECTED_RESPONSE" });
    } else if (answer.status === 404 && page > 1) {
      return { count: 0, tags: [] };
    } else if (attempt >= PAGE_ATTEMPTS || !isPassing(answer.status)) {
      throw refused(answer.status, subject);
    }
    await clock.sleep(waitFor(answer, attempt, clock.now()), signal);
  }
}

function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

function waitFor(answer: CatalogueAnswer, attempt: number, now: number): number {
  if (answer.status !== 429) return BACKOFF_MS * 2 ** (attempt - 1);
  return Math.min(readRetryAfter(answer.headers, now) ?? LIMIT_WAIT_MS, LONGEST_WAIT_MS);
}

function refused(status: number, subject: { side: "source"; operation: string; reference: string }): MirrorError {
  const message = `hub.docker.com answered ${status}`;
  if (status === 404) {
    const hint =
      "The catalogue shows public repositories alone, and only it has dates: choose by semver or name instead.";
    return new MirrorError(message, { ...subject, code: "REPOSITORY_UNKNOWN", hint });
  }
  const code = status === 429 ? "TOO_MANY_REQUESTS" : status >= 500 ? "SERVER_ERROR" : "UNEXPECTED_RESPONSE";
  return new MirrorError(message, { ...subject, code });
}
