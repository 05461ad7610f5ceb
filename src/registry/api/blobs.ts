import { pipeline, Transform, type Readable } from "node:stream";
import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { webPageError } from "../errors/web-page-error.ts";
import { discard } from "../http/body.ts";
import type { Call } from "../http/exchange.ts";
import { contentLength, header } from "../http/headers.ts";
import { DOWNLOAD_RATE, MAX_ERROR_BYTES } from "../limits.ts";
import { announcesPage } from "../http/web-page.ts";
import type { RegistryCore } from "./registry-core.ts";
import type { Response } from "../http/transport.ts";

/** Reads blobs from a registry. */
export interface Blobs {
  openBlob(repository: string, descriptor: Descriptor, offset?: number, signal?: AbortSignal): Promise<Readable>;
  hasBlob(repository: string, blob: Descriptor, signal?: AbortSignal): Promise<boolean>;
}

/** Asks for no compression, which would change the bytes that the digest is computed from. */
const READ_HEADERS = { accept: "*/*", "accept-encoding": "identity" };

/** distribution-spec, "Pulling blobs", "Checking if content exists". */
export function createBlobs(core: RegistryCore): Blobs {
  const { exchange, limitRequests, limitDownloads, side } = core;
  return {
    async openBlob(repository, descriptor, offset = 0, signal) {
      const operation = "read blob";
      const place = core.locate(operation, repository, "blobs", descriptor.digest);
      const headers = offset === 0 ? READ_HEADERS : { ...READ_HEADERS, range: `bytes=${offset}-` };
      const call = { ...place, method: "GET", operation, repository, signal, headers } as const;
      // A server may ignore the range and send the whole blob (RFC 9110, 14.2).
      const accept = offset === 0 ? [200] : [200, 206];
      return limitDownloads.open(() =>
        exchange({ ...call, accept, follow: true, bodyRate: DOWNLOAD_RATE }, async (response, from) => {
          if (isPageInsteadOf(descriptor, response)) throw webPageError(from.host, "a blob", { ...call, side });
          if (response.status === 206 && !isRestOf(response, offset, descriptor.size)) {
            throw new MirrorError(`the response is not the rest of the blob from byte ${offset}`, {
              code: "UNEXPECTED_RESPONSE",
              side,
              operation,
              reference: place.reference,
            });
          }
          const skipped = response.status === 200 ? offset : 0;
          return skipped === 0 ? response.body : withoutFirst(skipped, response.body);
        }),
      );
    },

    async hasBlob(repository, blob, signal) {
      const operation = "check for blob";
      const place = core.locate(operation, repository, "blobs", blob.digest);
      const call = { ...place, method: "HEAD", operation, repository, signal, headers: READ_HEADERS } as const;
      // Redirects are not followed: a HEAD of a URL signed for GET is refused (aws/containers-roadmap#2671).
      const accept = [200, 301, 302, 303, 307, 308, 404];
      const { status, length } = await limitRequests(() =>
        exchange({ ...call, accept }, async (response) => {
          await discard(response.body, MAX_ERROR_BYTES);
          return { status: response.status, length: contentLength(response.headers) };
        }),
      );
      if (status === 404) return false;
      return (status === 200 && length === blob.size) || isServed(blob, call);
    },
  };

  /**
   * Whether a GET returns the blob and not, for example, a sign-in page. Requests the first byte, because the response
   * has the size of the whole blob. If that fails, the blob counts as missing, and uploading it again does no harm.
   */
  async function isServed(blob: Descriptor, call: Omit<Call, "accept">): Promise<boolean> {
    const get = { ...call, method: "GET", headers: { ...READ_HEADERS, range: "bytes=0-0" } } as const;
    try {
      return await limitRequests(() =>
        exchange({ ...get, accept: [200, 206], follow: true }, async (response) => {
          const isBlob = sizeOf(response) === blob.size;
          if (response.status === 206) await discard(response.body, MAX_ERROR_BYTES);
          else response.body.destroy();
          return isBlob;
        }),
      );
    } catch (error) {
      if (error instanceof MirrorError && error.code !== "INTERRUPTED" && call.signal?.aborted !== true) return false;
      throw error;
    }
  }
}

/** Whether a response is a web page, and the blob is not one of the same length. */
function isPageInsteadOf(blob: Descriptor, { status, headers }: Response): boolean {
  return status === 200 && announcesPage(headers) && contentLength(headers) !== blob.size;
}

/** Reads the size of the whole blob from a full or partial response (RFC 9110, 14.4). */
function sizeOf({ status, headers }: Response): number | undefined {
  if (status === 200) return contentLength(headers);
  const total = /^bytes 0-0\/(\d{1,15})$/.exec(header(headers, "content-range") ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}

/** Whether a partial response reaches from `offset` to the end of the blob (RFC 9110, 14.4). The total may be `*`. */
function isRestOf({ headers }: Response, offset: number, size: number): boolean {
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header(headers, "content-range") ?? "");
  if (range === null) return false;
  const [, first, last, total] = range;
  return Number(first) === offset && Number(last) === size - 1 && (total === "*" || Number(total) === size);
}

/** Passes a body on without its first bytes. */
function withoutFirst(bytes: number, body: Readable): Readable {
  let remaining = bytes;
  const rest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const passed = chunk.subarray(remaining);
      remaining -= chunk.length - passed.length;
      return passed.length === 0 ? done() : done(null, passed);
    },
  });
  // The reader of `rest` gets the error of either stream.
  pipeline(body, rest, () => {});
  return rest;
}
