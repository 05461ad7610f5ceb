import { pipeline, type Readable } from "node:stream";
import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { matchesDigest, parseDigest, sameAlgorithm, type Digest } from "../../oci/digest.ts";
import { copyOf, urlAt } from "../../parse-url.ts";
import { webPageError } from "../errors/web-page-error.ts";
import { discard } from "../http/body.ts";
import type { Call } from "../http/exchange.ts";
import { header } from "../http/headers.ts";
import { tooSlow } from "../http/answer-watch.ts";
import { watchRate } from "../http/minimum-rate.ts";
import { MAX_ERROR_BYTES, UPLOAD_RATE } from "../limits.ts";
import { uploadTarget } from "../http/redirect.ts";
import type { Blobs } from "./blobs.ts";
import type { RegistryCore } from "./registry-core.ts";
import { reportStalls } from "../http/report-stalls.ts";
import type { Response } from "../http/transport.ts";
import { wrongBlob } from "../errors/wrong-blob.ts";
import { announcesPage } from "../http/web-page.ts";
import { isVouchedFor, sized, verified, type Difference } from "../http/verified-stream.ts";

/** Uploads and mounts blobs. */
export interface Uploads {
  putBlob(repository: string, descriptor: Descriptor, body: Readable, signal?: AbortSignal, begun?: URL): Promise<void>;
  mountBlob(repository: string, descriptor: Descriptor, from: string, signal?: AbortSignal): Promise<Mounted>;
}

/** The result of a mount: the blob is mounted, or the registry started an upload instead. */
export type Mounted = { isThere: true } | { isThere: false; begun: URL };

interface Upload {
  repository: string;
  descriptor: Descriptor;
  signal: AbortSignal | undefined;
}

/**
 * Distribution-spec, "Pushing a blob monolithically", "POST then PUT". Does not use PATCH: ECR discards every PATCH
 * after the first (aws/containers-roadmap#2831).
 */
export function createUploads(core: RegistryCore, { hasBlob }: Pick<Blobs, "hasBlob">): Uploads {
  const { exchange, limitRequests, side, clock, emit } = core;

  return {
    async putBlob(repository, descriptor, body, signal, begun) {
      // An error of the source while the upload starts is reported by the PUT.
      body.on("error", () => {});
      try {
        const upload = { repository, descriptor, signal };
        await send(upload, body, begun ?? (await start(upload)));
      } finally {
        body.destroy();
      }
    },

    async mountBlob(repository, descriptor, from, signal) {
      const { uploads, call, read } = startRequest({ repository, descriptor, signal });
      const url = copyOf(uploads);
      url.search = `mount=${encodeURIComponent(descriptor.digest)}&from=${encodeURIComponent(from)}`;
      // Not retried: the blob is uploaded instead.
      const mounted = await limitRequests(() =>
        exchange({ ...call, url, repeatable: false, accept: [201, 202] }, async (response, from) => {
          if (response.status === 202) return { begun: await read(response) };
          await discard(response.body, MAX_ERROR_BYTES);
          refuseOtherContent(response, from.host, descriptor, { ...call, side });
          return { isNamed: namedDigest(response) !== undefined };
        }),
      );
      if (mounted.begun !== undefined) return { isThere: false, begun: mounted.begun };
      if (mounted.isNamed || (await hasBlob(repository, descriptor, signal))) return { isThere: true };
      throw new MirrorError("the registry reported the mount as complete, but has no such blob", {
        ...call,
        side,
        code: "UNEXPECTED_RESPONSE",
      });
    },
  };

  async function start(upload: Upload): Promise<URL> {
    const { uploads, call, read } = startRequest(upload);
    return limitRequests(() => exchange({ ...call, url: uploads, accept: [202] }, read));
  }

  /** Returns the request that starts an upload, and a function that reads the upload's URL from the response. */
  function startRequest({ repository, descriptor, signal }: Upload) {
    const operation = "start upload of blob";
    const { url, reference } = core.locate(operation, repository, "blobs", descriptor.digest);
    const uploads = urlAt(url, `/v2/${repository}/blobs/uploads/`);
    const call = { method: "POST", operation, repository, reference, signal } as const;
    const read = async (response: Response): Promise<URL> => {
      await discard(response.body, MAX_ERROR_BYTES);
      const to = uploadTarget(uploads, header(response.headers, "location"));
      if (typeof to !== "string") return to;
      throw new MirrorError(to, {
        code: "REDIRECT_REFUSED",
        side,
        operation,
        reference,
        hint: "check the X-Forwarded headers of the registry's proxy: mirrorform uploads only to the registry's own scheme, host and port",
      });
    };
    return { uploads, call, read };
  }

  async function send({ repository, descriptor, signal }: Upload, body: Readable, location: URL): Promise<void> {
    const operation = "upload blob";
    const { reference } = core.locate(operation, repository, "blobs", descriptor.digest);
    const subject = { side, operation, reference } as const;
    const mismatch = (difference: Difference): MirrorError => wrongBlob(difference, reference);
    // The PUT of an empty blob is complete with its headers, so its digest must be checked first.
    if (descriptor.size === 0 && !matchesDigest(new Uint8Array(), descriptor.digest)) {
      throw mismatch({ message: "the digest is not that of 0 bytes", isSize: false });
    }
    const slow = new AbortController();
    const check = isVouchedFor(body, descriptor.digest) ? sized : verified;
    const checked = check(descriptor, mismatch, (bytes) => {
      rate.progress(bytes);
      stalls.progress();
    });
    // Once all bytes are sent, the registry has to answer; before that, it has to take what is there.
    const isIdle = () => checked.readableLength === 0 && !checked.readableEnded;
    const stalls = reportStalls(emit, { side, method: "PUT", url: location }, () => !isIdle());
    const rate = watchRate({
      rate: UPLOAD_RATE,
      clock,
      // Nothing to send: the source is slow, which has a minimum rate of its own.
      isExcused: isIdle,
      onTooSlow(bytes, milliseconds) {
        slow.abort(tooSlow({ ...subject, host: location.host }, "took", bytes, "the blob", milliseconds));
      },
    });
    // From here, the registry needs time to store the blob.
    checked.once("end", rate.restart);
    // Errors of the pipeline fail the request.
    pipeline(body, checked, () => {});
    const call: Call = {
      method: "PUT",
      operation,
      repository,
      reference,
      signal: signal === undefined ? slow.signal : AbortSignal.any([signal, slow.signal]),
      url: withDigest(location, descriptor.digest),
      headers: { "content-type": "application/octet-stream", "content-length": String(descriptor.size) },
      body: checked,
      accept: [201, 204],
      repeatable: false,
      // A large upload takes longer than the usual timeout; the minimum rate limits it instead.
      headersTimeout: 0,
    };
    try {
      const isNamed = await exchange(call, async (response, { host }) => {
        await discard(response.body, MAX_ERROR_BYTES);
        refuseOtherContent(response, host, descriptor, subject);
        return namedDigest(response) !== undefined;
      });
      if (!checked.readableEnded) {
        const message = "the registry reported the upload as complete before all bytes were sent";
        throw new MirrorError(message, { ...subject, code: "UNEXPECTED_RESPONSE" });
      }
      if (isNamed || (await hasBlob(repository, descriptor, signal))) return;
      throw new MirrorError("the registry reported the upload as complete, but did not store the blob", {
        ...subject,
        code: "UNEXPECTED_RESPONSE",
      });
    } finally {
      rate.stop();
      stalls.stop();
      checked.destroy();
    }
  }
}

/** Adds the digest to the URL without changing the registry's own query. */
function withDigest(location: URL, digest: string): URL {
  const url = copyOf(location);
  url.search = `${url.search === "" ? "?" : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return url;
}

/** Returns the digest that a response names as stored. Without it, the response can be that of a proxy. */
function namedDigest({ headers }: Pick<Response, "headers">): Digest | undefined {
  return parseDigest(header(headers, "docker-content-digest") ?? "");
}

/** Throws if a response to a mount or an upload shows that the blob was not stored: a web page, or another digest. */
function refuseOtherContent(
  { headers }: Response,
  host: string,
  { digest }: Descriptor,
  subject: Parameters<typeof webPageError>[2],
): void {
  if (announcesPage(headers)) throw webPageError(host, "storing the blob", subject);
  const stored = namedDigest({ headers });
  // Digests of two algorithms can name the same content.
  if (stored === undefined || stored === digest || !sameAlgorithm(stored, digest)) return;
  throw new MirrorError(`${host} stored ${stored}, not the blob`, { ...subject, code: "UNEXPECTED_RESPONSE" });
}
