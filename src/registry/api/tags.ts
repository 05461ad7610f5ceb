import { MirrorError } from "../../errors.ts";
import { copyOf } from "../../parse-url.ts";
import { mayHaveMoreValues, parseJsonObject } from "../../oci/json-object.ts";
import { isTag } from "../../oci/reference.ts";
import { readErrors } from "../errors/registry-errors.ts";
import { webPageError } from "../errors/web-page-error.ts";
import { BodyTooLarge, discard, readBody } from "../http/body.ts";
import { isPage } from "../http/web-page.ts";
import {
  MAX_ERROR_BYTES,
  MAX_LISTED_TAGS,
  MAX_TAG_LIST_BYTES,
  MAX_TAG_PAGE_BYTES,
  MAX_TAG_PAGES,
  TAGS_OF_A_PAGE,
  TAGS_OF_A_SMALL_PAGE,
} from "../limits.ts";
import { limitListTime, type ReadPageInTime } from "./list-time.ts";
import { nextPage } from "./next-page.ts";
import type { RegistryCore } from "./registry-core.ts";
import type { Response } from "../http/transport.ts";

/** Lists tags in a registry. */
export interface Tags {
  listTags(repository: string, signal?: AbortSignal): Promise<string[]>;
}

interface Page {
  /** Without names that cannot be tags. */
  tags: string[];
  bytes: number;
  next: URL | undefined;
}

/** Room for the values of a page that are not tags. */
const OTHER_VALUES = 1000;

/** The statuses by which registries refuse a page size without its error code (distribution 3 and Quay: 400; ECR: 405). */
const SIZE_REFUSALS: readonly number[] = [400, 405, 413, 416, 422];
/** Distribution's error code, which comes with 400 or 404. A 404 with another code is a missing repository. */
const SIZE_INVALID = "PAGINATION_NUMBER_INVALID";

function isSizeRefused({ status, text }: Response): boolean {
  return (
    SIZE_REFUSALS.includes(status) || (status >= 400 && readErrors(text).some(({ code }) => code === SIZE_INVALID))
  );
}

const LIST_ONE_BY_ONE = "list the tags that you need one by one";

/** Distribution-spec, "Listing Tags". Pages are followed by their `Link` header only. */
export function createTags(core: RegistryCore): Tags {
  const { exchange, limitRequests, side, clock } = core;

  return {
    async listTags(repository, signal) {
      const { url: first, reference } = core.locateTags(repository);
      first.searchParams.set("n", String(TAGS_OF_A_PAGE));
      const tags = new Set<string>();
      const visited = new Set<string>();
      const subject = { side, operation: "list tags of", reference, hint: LIST_ONE_BY_ONE } as const;
      const inTime = limitListTime(clock, subject);
      let bytes = 0;
      for (let url: URL | undefined = first; url !== undefined;) {
        if (visited.has(url.href)) throw loop(reference);
        visited.add(url.href);
        if (visited.size > MAX_TAG_PAGES) throw tooMany(reference, `${MAX_TAG_PAGES} pages`);
        const page: Page = await readPage(url, repository, reference, inTime, signal);
        bytes += page.bytes;
        if (bytes > MAX_TAG_LIST_BYTES) throw tooMany(reference, `${MAX_TAG_LIST_BYTES} bytes`);
        const before = tags.size;
        for (const tag of page.tags) tags.add(tag);
        if (tags.size > MAX_LISTED_TAGS) throw tooMany(reference, `${MAX_LISTED_TAGS} tags`);
        // A registry that ignores `last` sends the first page again and again.
        if (page.next !== undefined && page.tags.length > 0 && tags.size === before) throw loop(reference);
        url = page.next;
      }
      return [...tags];
    },
  };

  /** Reads a page. If the registry refuses its size, asks for a smaller one, and at last for no size. */
  async function readPage(
    url: URL,
    repository: string,
    reference: string,
    inTime: ReadPageInTime,
    signal: AbortSignal | undefined,
  ): Promise<Page> {
    const smaller = withSmallerPage(url);
    const call = { method: "GET", operation: "list tags of", url, repository, reference, signal } as const;
    const headers = { accept: "application/json" };
    const accept = { accept: [200], ...(smaller === undefined ? {} : { acceptRefusal: isSizeRefused }) };
    const page = await limitRequests(() =>
      inTime(() =>
        exchange({ ...call, headers, ...accept, follow: true }, async (response, from) => {
          if (response.status !== 200) {
            await discard(response.body, MAX_ERROR_BYTES);
            return undefined;
          }
          const read = await readTags(response, reference, from.host);
          return { ...read, next: nextPage(from, response.headers, { side, operation: "list tags of", reference }) };
        }),
      ),
    );
    return page ?? readPage(smaller ?? url, repository, reference, inTime, signal);
  }

  /** Drops names that cannot be tags (distribution-spec, "Pulling manifests"): one can be as long as the page. */
  async function readTags(response: Response, reference: string, host: string): Promise<Omit<Page, "next">> {
    const bytes = await readBounded(response, reference);
    if (mayHaveMoreValues(bytes, MAX_LISTED_TAGS + OTHER_VALUES)) throw tooMany(reference, `${MAX_LISTED_TAGS} tags`);
    const tags = parseJsonObject(bytes)?.["tags"];
    // Nexus and others answer null for a repository without tags.
    if (tags === null) return { tags: [], bytes: bytes.length };
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string")) {
      const subject = { side, operation: "list tags of", reference };
      if (isPage(response.headers, bytes)) throw webPageError(host, "a list of tags", subject);
      throw fail(reference, "UNEXPECTED_RESPONSE", "the response is not a list of tags");
    }
    return { tags: tags.filter(isTag), bytes: bytes.length };
  }

  async function readBounded(response: Response, reference: string): Promise<Buffer> {
    try {
      return await readBody(response.body, MAX_TAG_PAGE_BYTES);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error;
      throw tooMany(reference, `${MAX_TAG_PAGE_BYTES} bytes in one page`);
    }
  }

  function loop(reference: string): MirrorError {
    return fail(reference, "UNEXPECTED_RESPONSE", "the pages of the list of tags form a loop");
  }

  function tooMany(reference: string, what: string): MirrorError {
    return fail(reference, "TOO_LARGE", `the list of tags has more than ${what}`, LIST_ONE_BY_ONE);
  }

  function fail(reference: string, code: MirrorError["code"], message: string, hint?: string): MirrorError {
    return new MirrorError(message, { code, side, operation: "list tags of", reference, hint });
  }
}

/** Returns the same page of a smaller size, and then without a size. Undefined if the URL has none. */
function withSmallerPage(url: URL): URL | undefined {
  const size = url.searchParams.get("n");
  if (size === null) return undefined;
  const smaller = copyOf(url);
  if (Number(size) > TAGS_OF_A_SMALL_PAGE) smaller.searchParams.set("n", String(TAGS_OF_A_SMALL_PAGE));
  else smaller.searchParams.delete("n");
  return smaller;
}
