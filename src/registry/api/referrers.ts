import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { Digest } from "../../oci/digest.ts";
import { MAX_MANIFEST_BYTES } from "../../oci/manifest.ts";
import { bareMediaType, OCI_INDEX } from "../../oci/media-type.ts";
import { MAX_REFERRERS, readListedReferrers, tooMany, type Referrer } from "../../oci/referrers.ts";
import { webPageError } from "../errors/web-page-error.ts";
import { BodyTooLarge, discard, readBody } from "../http/body.ts";
import type { Call } from "../http/exchange.ts";
import { header, type Headers } from "../http/headers.ts";
import { announcesPage, isPage } from "../http/web-page.ts";
import { MAX_ERROR_BYTES, MAX_REFERRER_PAGES } from "../limits.ts";
import { limitListTime, type ReadPageInTime } from "./list-time.ts";
import { nextPage } from "./next-page.ts";
import type { RegistryCore } from "./registry-core.ts";
import type { Response } from "../http/transport.ts";

/** Lists referrers in a registry. */
export interface Referrers {
  listReferrers(repository: string, subject: Digest, signal?: AbortSignal): Promise<Referrer[] | undefined>;
}

/** A page of a list. Undefined if the registry has no referrers API, which one that answers with an image has not. */
type Page = { referrers: Referrer[]; bytes: number; next: URL | undefined } | undefined;

const WITHOUT_REFERRERS = "remove `referrers` for this image";

/**
 * Distribution-spec 1.1, "Listing Referrers". Sends no filter, because registries may ignore it; the caller filters.
 */
export function createReferrers(core: RegistryCore): Referrers {
  const { exchange, limitRequests, side, clock } = core;
  return {
    async listReferrers(repository, subject, signal) {
      const place = core.locate("list referrers of", repository, "referrers", subject);
      const call = { ...place, method: "GET", operation: "list referrers of", repository, signal } as const;
      const all = new Map<Digest, Referrer>();
      const visited = new Set<string>();
      const { operation, reference } = call;
      const inTime = limitListTime(clock, { side, operation, reference, hint: WITHOUT_REFERRERS });
      let bytes = 0;
      for (let url: URL | undefined = place.url; url !== undefined;) {
        if (visited.has(url.href) || visited.size >= MAX_REFERRER_PAGES) {
          throw fail(
            call,
            "TOO_LARGE",
            `the list of referrers has more than ${MAX_REFERRER_PAGES} pages, or its pages form a loop`,
          );
        }
        visited.add(url.href);
        const page: Page = await readPage({ ...call, url }, subject, inTime);
        if (page === undefined && visited.size === 1) return undefined;
        if (page === undefined)
          throw fail(call, "UNEXPECTED_RESPONSE", "the list of referrers ended between two pages");
        bytes += page.bytes;
        if (bytes > MAX_MANIFEST_BYTES) throw tooLarge(call);
        for (const referrer of page.referrers) all.set(referrer.digest, referrer);
        if (all.size > MAX_REFERRERS) throw fail(call, "TOO_LARGE", tooMany(all.size));
        url = page.next;
      }
      return [...all.values()];
    },
  };

  function readPage(call: Omit<Call, "accept">, subject: Digest, inTime: ReadPageInTime): Promise<Page> {
    const get = { ...call, headers: { accept: OCI_INDEX }, accept: [200, 404, 405], follow: true };
    return limitRequests(() =>
      inTime(() =>
        exchange(get, async (response, from) => {
          if (response.status === 200 && mayBeList(response.headers)) return readList(response, from, call, subject);
          await discard(response.body, MAX_ERROR_BYTES);
          return undefined;
        }),
      ),
    );
  }

  async function readList(response: Response, from: URL, call: Omit<Call, "accept">, subject: Digest): Promise<Page> {
    const { operation, reference } = call;
    const bytes = await readBounded(response, call);
    if (isPage(response.headers, bytes)) {
      throw webPageError(from.host, "a list of referrers", { side, operation, reference });
    }
    const referrers = readListedReferrers(bytes, subject);
    if (referrers === undefined) return undefined;
    if (typeof referrers === "string") throw fail(call, "UNEXPECTED_RESPONSE", referrers);
    const next = nextPage(from, response.headers, { side, operation, reference });
    return { referrers, bytes: bytes.length, next };
  }

  async function readBounded(response: Response, call: Omit<Call, "accept">): Promise<Buffer> {
    try {
      return await readBody(response.body, MAX_MANIFEST_BYTES);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error;
      throw tooLarge(call);
    }
  }

  /** The pages together are what a fallback tag would name, so the same size is allowed. */
  function tooLarge(call: Omit<Call, "accept">): MirrorError {
    return fail(call, "TOO_LARGE", `the list of referrers is larger than ${MAX_MANIFEST_BYTES} bytes`);
  }

  function fail({ operation, reference }: Omit<Call, "accept">, code: ErrorCode, message: string): MirrorError {
    const hint = code === "TOO_LARGE" ? WITHOUT_REFERRERS : undefined;
    return new MirrorError(message, { code, side, operation, reference, hint });
  }
}

/** Whether a response is a list, or a web page in place of one. A registry without the API may send any other type. */
function mayBeList(headers: Headers): boolean {
  const type = bareMediaType(header(headers, "content-type") ?? "");
  return type === OCI_INDEX || type === "" || type === "application/json" || announcesPage(headers);
}
