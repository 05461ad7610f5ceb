import { MirrorError } from "../../errors.ts";
import { parseJsonObject } from "../../oci/json-object.ts";
import { BodyTooLarge, readBody } from "../http/body.ts";
import type { Headers } from "../http/headers.ts";
import { MAX_LISTED_TAGS, MAX_TAG_PAGE_BYTES, MAX_TAG_PAGES, TAGS_OF_A_PAGE } from "../limits.ts";
import { nextPage } from "./next-page.ts";
import type { RegistryCore } from "./registry-core.ts";
import type { Response } from "../http/transport.ts";

/** The part of a registry client that is about lists of tags. */
export interface Tags {
  listTags(repository: string, signal?: AbortSignal): Promise<string[]>;
}

interface Page {
  tags: string[];
  next: URL | undefined;
}

/** distribution-spec, "Listing Tags": the next page is where `Link` says, and nowhere else. */
export function createTags(core: RegistryCore): Tags {
  const { exchange, limitRequests, side } = core;

  return {
    async listTags(repository, signal) {
      const { url: first, reference } = core.locateTags(repository);
      first.searchParams.set("n", String(TAGS_OF_A_PAGE));
      const found = new Set<string>();
      const asked = new Set<string>();
      for (let url: URL | undefined = first; url !== undefined;) {
        if (asked.has(url.href)) throw circle(reference);
        asked.add(url.href);
        if (asked.size > MAX_TAG_PAGES) throw tooMany(reference, `${MAX_TAG_PAGES} pages`);
        const page: Page = await readPage(url, repository, reference, signal);
        const before = found.size;
        for (const tag of page.tags) found.add(tag);
        if (found.size > MAX_LISTED_TAGS) throw tooMany(reference, `${MAX_LISTED_TAGS} tags`);
        // A registry that does not know `last` sends the first page for ever.
        if (page.next !== undefined && page.tags.length > 0 && found.size === before) throw circle(reference);
        url = page.next;
      }
      return [...found];
    },
  };

  function readPage(url: URL, repository: string, reference: string, signal: AbortSignal | undefined): Promise<Page> {
    const call = { method: "GET", operation: "list tags of", url, repository, reference, signal } as const;
    const headers = { accept: "application/json" };
    return limitRequests(() =>
      exchange({ ...call, headers, accept: [200], follow: true }, async (response, from) => ({
        tags: await readTags(response, reference),
        next: readNext(from, response.headers, reference),
      })),
    );
  }

  async function readTags(response: Response, reference: string): Promise<string[]> {
    const body = parseJsonObject(await readBoundedFile(response, reference));
    const tags = body?.["tags"];
    // A repository whose last tag was deleted; Nexus, and others, say null.
    if (tags === null) return [];
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string")) {
      throw fail(reference, "UNEXPECTED_RESPONSE", "the answer is no list of tags");
    }
    return tags;
  }

  async function readBoundedFile(response: Response, reference: string): Promise<Buffer> {
    try {
      return await readBody(response.body, MAX_TAG_PAGE_BYTES);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error;
      throw tooMany(reference, `${MAX_TAG_PAGE_BYTES} bytes in one page`);
    }
  }

  function readNext(from: URL, headers: Headers, reference: string): URL | undefined {
    const next = nextPage(from, headers);
    if (typeof next === "string") throw fail(reference, "REDIRECT_REFUSED", next);
    return next;
  }

  function circle(reference: string): MirrorError {
    return fail(reference, "UNEXPECTED_RESPONSE", "the pages of the list of tags go in a circle");
  }

  function tooMany(reference: string, what: string): MirrorError {
    const hint = "List the tags that you want one by one.";
    return fail(reference, "TOO_LARGE", `the list of tags has more than ${what}`, hint);
  }

  function fail(reference: string, code: MirrorError["code"], message: string, hint?: string): MirrorError {
    return new MirrorError(message, { code, side, operation: "list tags of", reference, hint });
  }
}
