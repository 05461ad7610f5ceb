import { MirrorError } from "../errors.ts";
import { DOCKER_HUB, type Reference } from "../oci/reference.ts";
import { limitListTime } from "../registry/api/list-time.ts";
import { createPageReader, CutOff, isPageRefused } from "./catalogue-depth.ts";
import { answerOf } from "./catalogue-error.ts";
import { CATALOGUE_PAGE, fetchPage, pagePath, readPage, type CataloguePage } from "./catalogue-pages.ts";
import {
  createCatalogueRequest,
  type CatalogueGate,
  type CatalogueOptions,
  type CatalogueResponse,
} from "./catalogue-request.ts";
import { readCatalogueTag, type CatalogueContent, type CatalogueTag } from "./catalogue-tag.ts";

export type { CatalogueTag } from "./catalogue-tag.ts";

/** The catalogue has a rate limit of its own; its requests cost no pulls (Docker Hub API reference, `/v2/`). */
export const CATALOGUE_HOST = "hub.docker.com";

/** Timeout of a best-effort request, which the plan can do without. */
const BEST_EFFORT_TIMEOUT_MS = 5_000;

/** Best-effort requests in a row without an answer after which no more are sent: a plan should not wait for each of them. */
const MAX_UNANSWERED = 4;

/** Pages read per repository; the catalogue allows 180 requests a minute. Rules by date cannot use larger repositories. */
const MAX_PAGES = 500;
const PAGES_AT_ONCE = 4;

/**
 * Reads Docker Hub's catalogue of tags: digests, dates, platforms and sizes, without a pull. All methods but
 * {@link Catalogue.listTags} are best-effort: undefined when a request fails, and for the rest of the run after a 429
 * or several requests without an answer.
 */
export interface Catalogue {
  /** Reads what a tag contains, if the catalogue has it with this digest. */
  describe(reference: Reference, digest: string, signal: AbortSignal): Promise<CatalogueContent | undefined>;
  /** Reads the most recently pushed tags of a repository, and the number of all. */
  readFirstPage(repository: string, signal: AbortSignal): Promise<CataloguePage | undefined>;
  /** Reads the pages after the first. @returns the tags of all pages; `isComplete` if they are as many as the catalogue counts */
  readRemainingPages(
    repository: string,
    first: CataloguePage,
    signal: AbortSignal,
  ): Promise<{ tags: CatalogueTag[]; isComplete: boolean }>;
  /**
   * Lists all tags, with dates.
   * @returns also their number, which may be higher than what is listed; `cutOff`: why Docker Hub does not show the rest
   * @throws MirrorError
   */
  listTags(repository: string, signal: AbortSignal): Promise<CataloguePage & { cutOff: CutOff | undefined }>;
}

/** Makes a client of the catalogue. Sends no request until a method is called. */
export function createCatalogue(options: CatalogueOptions): Catalogue {
  const request = createCatalogueRequest(options);
  /** By repository, then tag: listed tags need no further request. */
  const listed = new Map<string, Map<string, CatalogueTag>>();
  const reader = createPageReader(PAGES_AT_ONCE);
  const gate = createBestEffortGate();

  async function fetchBestEffort(path: string, signal: AbortSignal): Promise<CatalogueResponse | undefined> {
    return signal.aborted ? undefined : request(path, BEST_EFFORT_TIMEOUT_MS, signal, { gate });
  }

  function remember(repository: string, page: CataloguePage): CataloguePage {
    const tags = listed.get(repository) ?? new Map<string, CatalogueTag>();
    listed.set(repository, tags);
    for (const tag of page.tags) tags.set(tag.name, tag);
    return page;
  }

  async function fetchPageBestEffort(
    repository: string,
    page: number,
    signal: AbortSignal,
  ): Promise<CataloguePage | CutOff | undefined> {
    const response = await fetchBestEffort(pagePath(repository, page), signal);
    if (response?.status !== undefined && isPageRefused(response.status, page)) {
      return new CutOff("refused", answerOf(response));
    }
    const read = response?.status === 200 ? readPage(response.text) : undefined;
    return read === undefined ? undefined : remember(repository, read);
  }

  return {
    async describe(reference, digest, signal) {
      const known = listed.get(reference.repository)?.get(reference.tag ?? "");
      const entry = reference.registry === DOCKER_HUB && known?.digest === digest ? known : undefined;
      if (entry?.content !== undefined) return entry.content;
      const path = entryPath(reference);
      const response = path === undefined ? undefined : await fetchBestEffort(path, signal);
      const read = response?.status === 200 ? readCatalogueTag(parse(response.text)) : undefined;
      return read?.digest === digest ? read.content : undefined;
    },

    async readFirstPage(repository, signal) {
      const page = await fetchPageBestEffort(repository, 1, signal);
      return page instanceof CutOff ? undefined : page;
    },

    async readRemainingPages(repository, first, signal) {
      const numbers = pagesAfterFirst(first);
      if (numbers === undefined) return { tags: first.tags, isComplete: false };
      const { pages, cutOff } = await reader.read(numbers, (page) => fetchPageBestEffort(repository, page, signal));
      const tags = new Map(
        [first, ...pages].flatMap((page) => (page?.tags ?? []).map((tag) => [tag.name, tag] as const)),
      );
      const isUnchanged = pages.every((page) => page !== undefined && page.count === first.count);
      return { tags: [...tags.values()], isComplete: cutOff === undefined && isUnchanged && tags.size === first.count };
    },

    async listTags(repository, signal) {
      const inTime = limitListTime(options.clock, listOf(repository));
      const requestInTime: typeof request = (path, timeout, abort) => request(path, timeout, abort, { inTime });
      const fetchAndRemember = async (page: number, canWait: boolean) => {
        const read = await fetchPage(repository, page, { ...options, request: requestInTime, signal, canWait });
        return read instanceof CutOff ? read : remember(repository, read);
      };
      const tags = new Map<string, CatalogueTag>();
      let count = 0;
      // A tag deleted during the listing shifts others to the page before. A second pass finds those.
      for (let pass = 0; pass < 2; pass += 1) {
        const first = await fetchAndRemember(1, true);
        if (first instanceof CutOff) break;
        count = first.count;
        const numbers = pagesAfterFirst(first);
        if (numbers === undefined) throw tooMany(repository, first.count);
        // When the catalogue throttles, only these requests wait for it.
        const { pages, cutOff } = await reader.read(numbers, fetchAndRemember);
        for (const tag of [first, ...pages].flatMap((page) => page.tags)) tags.set(tag.name, tag);
        if (cutOff !== undefined) return { tags: [...tags.values()], count, cutOff };
        if (tags.size >= count) break;
      }
      return { tags: [...tags.values()], count, cutOff: undefined };
    },
  };
}

function createBestEffortGate(): CatalogueGate {
  let isThrottled = false;
  /** Requests in a row without an answer. */
  let unanswered = 0;
  return {
    isOpen: () => !isThrottled && unanswered < MAX_UNANSWERED,
    record({ status }) {
      isThrottled ||= status === 429;
      unanswered = status === undefined ? unanswered + 1 : 0;
    },
  };
}

/** The numbers of the remaining pages. Undefined when there are too many. */
function pagesAfterFirst({ count, tags }: CataloguePage): number[] | undefined {
  const size = tags.length > 0 && tags.length < count ? tags.length : CATALOGUE_PAGE;
  const pages = Math.ceil(count / size);
  return pages > MAX_PAGES ? undefined : Array.from({ length: Math.max(0, pages - 1) }, (_, i) => i + 2);
}

function tooMany(repository: string, count: number): MirrorError {
  const message = `the repository has ${count} tags, too many to read their dates`;
  return new MirrorError(message, { ...listOf(repository), code: "TOO_LARGE" });
}

/** Describes the list of a repository's tags for an error. */
function listOf(repository: string) {
  return {
    side: "source",
    operation: "list tags of",
    reference: `${DOCKER_HUB}/${repository}`,
    hint: "select tags by semver or name instead",
  } as const;
}

/** The path of a tag. Undefined where the catalogue does not list it. */
function entryPath({ registry, repository, tag }: Reference): string | undefined {
  const slash = repository.indexOf("/");
  if (registry !== DOCKER_HUB || tag === undefined || slash < 0) return undefined;
  return `/v2/namespaces/${repository.slice(0, slash)}/repositories/${repository.slice(slash + 1)}/tags/${tag}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
