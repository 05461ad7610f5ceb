import pLimit from "p-limit";

import { MirrorError } from "../errors.ts";
import { DOCKER_HUB, type Reference } from "../oci/reference.ts";
import { CATALOGUE_PAGE, demandPage, pagePath, readPage, type CataloguePage } from "./catalogue-pages.ts";
import { createCatalogueRequest, type CatalogueOptions } from "./catalogue-request.ts";
import { readCatalogueTag, type CatalogueContent, type CatalogueTag } from "./catalogue-tag.ts";

export type { CatalogueTag } from "./catalogue-tag.ts";

/** Where the catalogue is. Its limit is one of its own; asking it spends no pull (Docker Hub API reference, `/v2/`). */
export const CATALOGUE_HOST = "hub.docker.com";

/** The catalogue is mostly a courtesy: a plan does not wait longer for it, and does without. */
const COURTESY_TIMEOUT_MS = 5_000;

/** So many pages of a repository are read at most, at 180 a minute; a rule for more tags is none by dates. */
const MAX_PAGES = 500;
const PAGES_AT_ONCE = 4;

/**
 * Docker Hub's catalogue of tags: digests, dates, platforms and sizes, without a pull. All but {@link Catalogue.listTags}
 * is a courtesy, and undefined whenever it does not answer well; once it asks for less, courtesies end for the run.
 */
export interface Catalogue {
  /** What the catalogue says of a tag, if its entry is about this digest. */
  describe(reference: Reference, digest: string, signal: AbortSignal): Promise<CatalogueContent | undefined>;
  /** The latest pushed tags of a repository, and how many there are. */
  glance(repository: string, signal: AbortSignal): Promise<CataloguePage | undefined>;
  /** More tags after a glance at them; all, unless they do not add up to what it counts. */
  readOn(
    repository: string,
    first: CataloguePage,
    signal: AbortSignal,
  ): Promise<{ tags: CatalogueTag[]; isWhole: boolean }>;
  /** All tags, with dates, and how many the catalogue counts, which need not be what it lists. @throws MirrorError */
  listTags(repository: string, signal: AbortSignal): Promise<CataloguePage>;
}

/** Makes a client of the catalogue. Nothing is asked before its first method is called. */
export function createCatalogue(options: CatalogueOptions): Catalogue {
  const ask = createCatalogueRequest(options);
  /** By repository, then tag: what a list has told needs no request of its own. */
  const listed = new Map<string, Map<string, CatalogueTag>>();
  let isThrottled = false;

  async function fetchBestEffort(path: string, signal: AbortSignal): Promise<string | undefined> {
    if (isThrottled || signal.aborted) return undefined;
    const answer = await ask(path, COURTESY_TIMEOUT_MS, signal);
    isThrottled ||= answer.status === 429;
    return answer.status === 200 ? answer.text : undefined;
  }

  function remember(repository: string, page: CataloguePage): CataloguePage {
    const tags = listed.get(repository) ?? new Map<string, CatalogueTag>();
    listed.set(repository, tags);
    for (const tag of page.tags) tags.set(tag.name, tag);
    return page;
  }

  async function kindPage(repository: string, page: number, signal: AbortSignal): Promise<CataloguePage | undefined> {
    const text = await fetchBestEffort(pagePath(repository, page), signal);
    const read = text === undefined ? undefined : readPage(text);
    return read === undefined ? undefined : remember(repository, read);
  }

  return {
    async describe(reference, digest, signal) {
      const known = listed.get(reference.repository)?.get(reference.tag ?? "");
      const entry = reference.registry === DOCKER_HUB && known?.digest === digest ? known : undefined;
      if (entry?.content !== undefined) return entry.content;
      const path = entryPath(reference);
      const text = path === undefined ? undefined : await fetchBestEffort(path, signal);
      const read = text === undefined ? undefined : readCatalogueTag(parse(text));
      return read?.digest === digest ? read.content : undefined;
    },

    glance: (repository, signal) => kindPage(repository, 1, signal),

    async readOn(repository, first, signal) {
      const numbers = pagesAfterFirst(first);
      if (numbers === undefined) return { tags: first.tags, isWhole: false };
      const pages = await Promise.all(numbers.map((page) => kindPage(repository, page, signal)));
      const tags = new Map(
        [first, ...pages].flatMap((page) => (page?.tags ?? []).map((tag) => [tag.name, tag] as const)),
      );
      const isSteady = pages.every((page) => page !== undefined && page.count === first.count);
      return { tags: [...tags.values()], isWhole: isSteady && tags.size === first.count };
    },

    async listTags(repository, signal) {
      const demand = async (page: number) =>
        remember(repository, await demandPage(repository, page, ask, options.clock, signal));
      const tags = new Map<string, CatalogueTag>();
      let count = 0;
      // Tags that are deleted meanwhile move others from one page to the one before: a second look finds those.
      for (let looks = 0; looks < 2; looks += 1) {
        const first = await demand(1);
        count = first.count;
        const numbers = pagesAfterFirst(first);
        if (numbers === undefined) throw tooMany(repository, first.count);
        // Where the catalogue asks for less, few requests wait for it, and not all.
        const limit = pLimit(PAGES_AT_ONCE);
        const pages = [first, ...(await Promise.all(numbers.map((page) => limit(() => demand(page)))))];
        for (const tag of pages.flatMap((page) => page.tags)) tags.set(tag.name, tag);
        if (tags.size >= count) break;
      }
      return { tags: [...tags.values()], count };
    },
  };
}

/** The pages that are left, by what the first one says; undefined when there are too many. */
function pagesAfterFirst({ count, tags }: CataloguePage): number[] | undefined {
  const size = tags.length > 0 && tags.length < count ? tags.length : CATALOGUE_PAGE;
  const pages = Math.ceil(count / size);
  return pages > MAX_PAGES ? undefined : Array.from({ length: Math.max(0, pages - 1) }, (_, i) => i + 2);
}

function tooMany(repository: string, count: number): MirrorError {
  return new MirrorError(`the repository has ${count} tags, too many to read the date of each`, {
    code: "TOO_LARGE",
    side: "source",
    operation: "list tags of",
    reference: `${DOCKER_HUB}/${repository}`,
    hint: "Choose by semver or name instead.",
  });
}

/** Undefined for what the catalogue does not list. */
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
