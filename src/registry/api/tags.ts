import { MirrorError } from "../../errors.ts";
import { parseJsonObject } from "../../oci/json-object.ts";
import { webPageError } from "../errors/web-page-error.ts";
import { BodyTooLarge, readBody } from "../http/body.ts";
import type { Headers } from "../http/headers.ts";
import { isPage } from "../http/web-page.ts";
import { MAX_LISTED_TAGS, MAX_TAG_PAGE_BYTES, MAX_TAG_PAGES, TAGS_OF_A_PAGE } from "../limits.ts";
import { nextPage } from "./next-page.ts";
import type { RegistryCore } from "./registry-core.ts";
import type { Response } from "../http/transport.ts";

/** Lists tags in a registry. */
export interface Tags {
  listTags(repository: string, signal?: AbortSignal): Promise<string[]>;
}

interface Page {
  tags: string[];
  next: URL | undefined;
}

/** Distribution-spec, "Listing Tags". Pages are followed by their `Link` header only. */
export function createTags(core: RegistryCore): Tags {
  const { exchange, limitRequests, side } = core;

  return {
    async listTags(repository, signal) {
      const { url: first, reference } = core.locateTags(repository);
      first.searchParams.set("n", String(TAGS_OF_A_PAGE));
      const tags = new Set<string>();
      const visited = new Set<string>();
      for (let url: URL | undefined = first; url !== undefined;) {
        if (visited.has(url.href)) throw loop(reference);
        visited.add(url.href);
        if (visited.size > MAX_TAG_PAGES) throw tooMany(reference, `${MAX_TAG_PAGES} pages`);
        const page: Page = await readPage(url, repository, reference, signal);
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

  function readPage(url: URL, repository: string, reference: string, signal: AbortSignal | undefined): Promise<Page> {
    const call = { method: "GET", operation: "list tags of", url, repository, reference, signal } as const;
    const headers = { accept: "application/json" };
    return limitRequests(() =>
      exchange({ ...call, headers, accept: [200], follow: true }, async (response, from) => ({
        tags: await readTags(response, reference, from.host),
        next: readNext(from, response.headers, reference),
      })),
    );
  }

  async function readTags(response: Response, reference: string, host: string): Promise<string[]> {
    const bytes = await readBounded(response, reference);
    const tags = parseJsonObject(bytes)?.["tags"];
    // Nexus and others answer null for a repository without tags.
    if (tags === null) return [];
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string")) {
      const subject = { side, operation: "list tags of", reference };
      if (isPage(response.headers, bytes)) throw webPageError(host, "a list of tags", subject);
      throw fail(reference, "UNEXPECTED_RESPONSE", "the response is not a list of tags");
    }
    return tags;
  }

  async function readBounded(response: Response, reference: string): Promise<Buffer> {
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

  function loop(reference: string): MirrorError {
    return fail(reference, "UNEXPECTED_RESPONSE", "the pages of the list of tags form a loop");
  }

  function tooMany(reference: string, what: string): MirrorError {
    const hint = "list the tags that you need one by one";
    return fail(reference, "TOO_LARGE", `the list of tags has more than ${what}`, hint);
  }

  function fail(reference: string, code: MirrorError["code"], message: string, hint?: string): MirrorError {
    return new MirrorError(message, { code, side, operation: "list tags of", reference, hint });
  }
}
