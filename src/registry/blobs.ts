import { finished, PassThrough, type Readable } from "node:stream";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { discard } from "./body.ts";
import { connectionError } from "./connection-error.ts";
import { MAX_ERROR_BYTES } from "./limits.ts";
import type { RegistryCore } from "./registry-core.ts";

export interface Blobs {
  openBlob(repository: string, descriptor: Descriptor, signal?: AbortSignal): Promise<Readable>;
  hasBlob(repository: string, digest: Digest, signal?: AbortSignal): Promise<boolean>;
}

/** A compressed transfer would change the bytes that the digest names. */
const READ_HEADERS = { accept: "*/*", "accept-encoding": "identity" };

/** distribution-spec, "Pulling blobs", "Checking if content exists". */
export function createBlobs(core: RegistryCore): Blobs {
  const { exchange, limitRequests, limitDownloads, side, endpoint } = core;
  return {
    async openBlob(repository, descriptor, signal) {
      const operation = "read a blob";
      const place = core.locate(operation, repository, "blobs", descriptor.digest);
      const call = { ...place, method: "GET", operation, repository, signal, headers: READ_HEADERS } as const;
      const context = { operation, reference: place.reference, side, host: endpoint.host, signal } as const;
      return limitDownloads.open(() =>
        exchange({ ...call, accept: [200], follow: true }, async (response) =>
          told(response.body, (error) => connectionError(error, context)),
        ),
      );
    },

    async hasBlob(repository, digest, signal) {
      const operation = "look for a blob";
      const place = core.locate(operation, repository, "blobs", digest);
      const call = { ...place, method: "HEAD", operation, repository, signal, headers: READ_HEADERS } as const;
      // A redirect says that the blob is there, and HEAD of a signed GET is refused (aws/containers-roadmap#2671).
      const accept = [200, 301, 302, 303, 307, 308, 404];
      return limitRequests(() =>
        exchange({ ...call, accept }, async (response) => {
          await discard(response.body, MAX_ERROR_BYTES);
          return response.status !== 404;
        }),
      );
    },
  };
}

/** The same bytes; what breaks them off says where it happened. */
function told(body: Readable, translate: (error: unknown) => Error): Readable {
  const out = new PassThrough();
  finished(body, (error) => {
    if (error != null) out.destroy(translate(error));
  });
  out.once("close", () => body.destroy());
  return body.pipe(out);
}
