import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { Digest } from "../../oci/digest.ts";
import { MAX_MANIFEST_BYTES } from "../../oci/manifest.ts";
import { bareMediaType, OCI_INDEX } from "../../oci/media-type.ts";
import { MAX_REFERRERS, readReferrers, tooMany, type Referrer } from "../../oci/referrers.ts";
import { BodyTooLarge, discard, readBody } from "../http/body.ts";
import type { Call } from "../http/exchange.ts";
import { header } from "../http/headers.ts";
import { MAX_ERROR_BYTES, MAX_REFERRER_PAGES } from "../limits.ts";
import { limitListTime, type ReadPageInTime } from "./list-time.ts";
import { nextPage } from "./next-page.ts";
import type { RegistryCore } from "./registry-core.ts";
import type { Response } from "../http/transport.ts";

/** Lists referrers in a registry. */
export interface Referrers {
  listReferrers(repository: string, subject: Digest, signal?: AbortSignal): Promise<Referrer[] | undefined>;
}

/** A page of a list. Undefined if the registry has no referrers API. */
type Page = { referrers: Referrer[]; next: URL | undefined } | undefined;

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
      for (let url: URL | undefined = place.url; url !== undefined;) {
        if (visited.has(url.href) || visited.size >= MAX_REFERRER_PAGES) {
          throw fail(
            call,
            "TOO_LARGE",
            `the list of referrers has more than ${MAX_REFERRER_PAGES} pages, or its pages form a loop`,
          );
        }
        visited.add(url.href);
        const page: Page = await readPage({ ...call, url }, inTime);
        if (page === undefined && visited.size === 1) return undefined;
        if (page === undefined)
          throw fail(call, "UNEXPECTED_RESPONSE", "the list of referrers ended between two pages");
        for (const referrer of page.referrers) all.set(referrer.digest, referrer);
        if (all.size > MAX_REFERRERS) throw fail(call, "TOO_LARGE", tooMany(all.size));
        url = page.next;
      }
      return [...all.values()];
    },
  };

  function readPage(call: Omit<Call, "accept">, inTime: ReadPageInTime): Promise<Page> {
    const get = { ...call, headers: { accept: OCI_INDEX }, accept: [200, 404, 405], follow: true };
    return limitRequests(() =>
      inTime(() =>
        exchange(get, async (response, from) => {
          const type = bareMediaType(header(response.headers, "content-type") ?? "");
          // A registry without the referrers API may answer with an HTML page, as oras-go also handles.
          const isList = response.status === 200 && (type === OCI_INDEX || type === "" || type === "application/json");
          if (isList) return readList(response, from, call);
          await discard(response.body, MAX_ERROR_BYTES);
          return undefined;
        }),
      ),
    );
  }

  async function readList(response: Response, from: URL, call: Omit<Call, "accept">): Promise<Page> {
    const referrers = readReferrers(await readBounded(response, call));
    if (typeof referrers === "string") throw fail(call, "UNEXPECTED_RESPONSE", referrers);
    const { operation, reference } = call;
    return { referrers, next: nextPage(from, response.headers, { side, operation, reference }) };
  }

  async function readBounded(response: Response, call: Omit<Call, "accept">): Promise<Buffer> {
    try {
      return await readBody(response.body, MAX_MANIFEST_BYTES);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error;
      throw fail(call, "TOO_LARGE", `the list of referrers is larger than ${MAX_MANIFEST_BYTES} bytes`);
    }
  }

  function fail({ operation, reference }: Omit<Call, "accept">, code: ErrorCode, message: string): MirrorError {
    const hint = code === "TOO_LARGE" ? WITHOUT_REFERRERS : undefined;
    return new MirrorError(message, { code, side, operation, reference, hint });
  }
}
