import { pipeline, type Readable } from "node:stream";
import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { matchesDigest } from "../../oci/digest.ts";
import { discard } from "../http/body.ts";
import type { Call } from "../http/exchange.ts";
import { header } from "../http/headers.ts";
import { MAX_ERROR_BYTES } from "../limits.ts";
import { uploadTarget } from "../http/redirect.ts";
import type { RegistryCore } from "./registry-core.ts";
import { watchForStall } from "../http/stall.ts";
import type { Response } from "../http/transport.ts";
import { isVouchedFor, sized, verified } from "../http/verified-stream.ts";

/** The part of a registry client that sends blobs. */
export interface Uploads {
  putBlob(repository: string, descriptor: Descriptor, body: Readable, signal?: AbortSignal, begun?: URL): Promise<void>;
  mountBlob(repository: string, descriptor: Descriptor, from: string, signal?: AbortSignal): Promise<Mounted>;
}

/** What came of a mount: the blob is there, or it is not, with the upload that the registry began instead. */
export type Mounted = { isThere: true } | { isThere: false; begun: URL };

interface Upload {
  repository: string;
  descriptor: Descriptor;
  signal: AbortSignal | undefined;
}

/**
 * distribution-spec, "Pushing a blob monolithically", "POST then PUT". Never PATCH: ECR discards every
 * PATCH after the first (aws/containers-roadmap#2831).
 */
export function createUploads(core: RegistryCore): Uploads {
  const { exchange, limitRequests, side, uploadIdle } = core;

  return {
    async putBlob(repository, descriptor, body, signal, begun) {
      // Whatever breaks the source off while the upload is being started is heard of when it is sent.
      body.on("error", () => {});
      try {
        const upload = { repository, descriptor, signal };
        await send(upload, body, begun ?? (await start(upload)));
      } finally {
        body.destroy();
      }
    },

    async mountBlob(repository, descriptor, from, signal) {
      const { uploads, call, read } = starting({ repository, descriptor, signal });
      const url = new URL(uploads);
      url.search = `mount=${encodeURIComponent(descriptor.digest)}&from=${encodeURIComponent(from)}`;
      return limitRequests(() =>
        // Not worth a second try: an upload does as well.
        exchange({ ...call, url, repeatable: false, accept: [201, 202] }, async (response): Promise<Mounted> => {
          if (response.status === 202) return { isThere: false, begun: await read(response) };
          await discard(response.body, MAX_ERROR_BYTES);
          return { isThere: true };
        }),
      );
    },
  };

  async function start(upload: Upload): Promise<URL> {
    const { uploads, call, read } = starting(upload);
    return limitRequests(() => exchange({ ...call, url: uploads, accept: [202] }, read));
  }

  /** The request that begins an upload, and what reads from its answer where the bytes go. */
  function starting({ repository, descriptor, signal }: Upload) {
    const operation = "start upload of blob";
    const { url, reference } = core.locate(operation, repository, "blobs", descriptor.digest);
    const uploads = new URL(`/v2/${repository}/blobs/uploads/`, url);
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
        hint: "blobs are sent to the registry's own scheme, host and port only: check its proxy's X-Forwarded headers",
      });
    };
    return { uploads, call, read };
  }

  async function send({ repository, descriptor, signal }: Upload, body: Readable, location: URL): Promise<void> {
    const operation = "upload blob";
    const { reference } = core.locate(operation, repository, "blobs", descriptor.digest);
    const subject = { side, operation, reference } as const;
    const mismatch = (message: string): MirrorError =>
      new MirrorError(`the blob received from the source is not what the manifest names: ${message}`, {
        code: "DIGEST_MISMATCH",
        side: "source",
        operation: "read blob",
        reference,
      });
    // Nothing can be held back of an empty blob: its request is complete with its head.
    if (descriptor.size === 0 && !matchesDigest(new Uint8Array(), descriptor.digest)) {
      throw mismatch("0 bytes have another digest");
    }
    const stall = watchForStall(uploadIdle, signal, () => {
      const message = `the upload made no progress for ${uploadIdle} ms`;
      return new MirrorError(message, { ...subject, code: "TIMEOUT", retryable: true });
    });
    const check = isVouchedFor(body, descriptor.digest) ? sized : verified;
    const checked = check(descriptor, mismatch, stall.progress);
    // The request fails with whatever breaks the pipeline.
    pipeline(body, checked, () => {});
    const call: Call = {
      method: "PUT",
      operation,
      repository,
      reference,
      signal: stall.signal,
      url: withDigest(location, descriptor.digest),
      headers: { "content-type": "application/octet-stream", "content-length": String(descriptor.size) },
      body: checked,
      accept: [201, 204],
      repeatable: false,
      // Large uploads take longer than any answer may: the stall watch has the time limit.
      headersTimeout: 0,
    };
    try {
      await exchange(call, async (response) => discard(response.body, MAX_ERROR_BYTES));
      if (checked.readableEnded) return;
      const message = "the registry called the upload complete before it was";
      throw new MirrorError(message, { ...subject, code: "UNEXPECTED_RESPONSE" });
    } finally {
      stall.stop();
      checked.destroy();
    }
  }
}

/** Adds the digest, leaving the query that the registry wrote as it is. */
function withDigest(location: URL, digest: string): URL {
  const url = new URL(location);
  url.search = `${url.search === "" ? "?" : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return url;
}
