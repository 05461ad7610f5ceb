import { USUAL_HINTS } from "../../error-hints.ts";
import { MirrorError } from "../../errors.ts";
import { digestOf, matchesDigest, parseDigest, type Digest } from "../../oci/digest.ts";
import { parseJsonObject } from "../../oci/json-object.ts";
import { MAX_MANIFEST_BYTES, type Manifest } from "../../oci/manifest.ts";
import {
  bareMediaType,
  isIndexType,
  isSchema1Type,
  MANIFEST_MEDIA_TYPES,
  OCI_INDEX,
  SCHEMA_1_HINT,
  SCHEMA_1_MESSAGE,
} from "../../oci/media-type.ts";
import { BodyTooLarge, discard, readBody } from "../http/body.ts";
import type { Call } from "../http/exchange.ts";
import { contentLength, header, type Headers } from "../http/headers.ts";
import { MAX_ERROR_BYTES } from "../limits.ts";
import type { RegistryCore } from "./registry-core.ts";

/** What the headers of a HEAD response claim about a manifest. Not verified. */
export interface ManifestHead {
  mediaType: string;
  /** Undefined if the response has no valid digest. */
  digest: Digest | undefined;
  /** In bytes. */
  size: number | undefined;
}

/** Reads and writes manifests in a registry. */
export interface Manifests {
  headManifest(repository: string, reference: string, signal?: AbortSignal): Promise<ManifestHead | undefined>;
  getManifest(repository: string, reference: string, signal?: AbortSignal, beforeSend?: () => void): Promise<Manifest>;
  putManifest(repository: string, reference: string, manifest: Manifest, signal?: AbortSignal): Promise<void>;
}

const READ_HEADERS = { accept: MANIFEST_MEDIA_TYPES.join(", "), "accept-encoding": "identity" };

/** The registry, or a proxy in front of it, does not support HEAD. Only a GET shows whether the manifest exists. */
const METHOD_NOT_ALLOWED = 405;
const UNKNOWN_HEAD: ManifestHead = { mediaType: "", digest: undefined, size: undefined };

/** distribution-spec, "Pulling manifests", "Checking if content exists", "Pushing manifests". */
export function createManifests(core: RegistryCore): Manifests {
  const { exchange, limitRequests, side } = core;

  function call(
    method: Call["method"],
    operation: Call["operation"],
    repository: string,
    reference: string,
    signal: AbortSignal | undefined,
  ): Omit<Call, "accept"> {
    const place = core.locate(operation, repository, "manifests", reference);
    return { ...place, method, operation, repository, signal, isManifest: true };
  }

  return {
    async headManifest(repository, reference, signal) {
      const head = call("HEAD", "look up manifest", repository, reference, signal);
      const accept = side === "source" ? [200, 404, METHOD_NOT_ALLOWED] : [200, 404];
      return limitRequests(() =>
        exchange({ ...head, headers: READ_HEADERS, accept, follow: true }, async (response) => {
          await discard(response.body, MAX_ERROR_BYTES);
          if (response.status === METHOD_NOT_ALLOWED) return UNKNOWN_HEAD;
          return response.status === 404 ? undefined : readHead(response.headers);
        }),
      );
    },

    async getManifest(repository, reference, signal, beforeSend) {
      const get = { ...call("GET", "read manifest", repository, reference, signal), beforeSend };
      return limitRequests(() =>
        exchange({ ...get, headers: READ_HEADERS, accept: [200], follow: true }, async (response) => {
          const bytes = await readBounded(response, get);
          return verifyManifest(bytes, response.headers, reference, get);
        }),
      );
    },

    async putManifest(repository, reference, manifest, signal) {
      const put = call("PUT", "write manifest", repository, reference, signal);
      const headers = { "content-type": manifest.mediaType };
      return limitRequests(() =>
        exchange({ ...put, headers, body: manifest.bytes, accept: [200, 201, 202] }, async (response) => {
          await discard(response.body, MAX_ERROR_BYTES);
          const stored = parseDigest(header(response.headers, "docker-content-digest") ?? "");
          if (stored !== undefined && differs(stored, manifest.digest)) {
            throw fail(put, "DIGEST_MISMATCH", `the registry stored ${stored}, not ${manifest.digest}`);
          }
        }).catch((error: unknown) => {
          throw error instanceof MirrorError &&
            error.hint === USUAL_HINTS.MANIFEST_REFUSED &&
            isIndexType(manifest.mediaType)
            ? error.with({ hint: refusedIndexHint(manifest.mediaType) })
            : error;
        }),
      );
    },
  };

  async function readBounded(
    response: { body: Parameters<typeof readBody>[0]; headers: Headers },
    get: Omit<Call, "accept">,
  ): Promise<Buffer> {
    const message = `the manifest is larger than ${MAX_MANIFEST_BYTES} bytes, the most that registries must accept`;
    if ((contentLength(response.headers) ?? 0) > MAX_MANIFEST_BYTES) throw fail(get, "TOO_LARGE", message);
    try {
      return await readBody(response.body, MAX_MANIFEST_BYTES);
    } catch (error) {
      throw error instanceof BodyTooLarge ? fail(get, "TOO_LARGE", message) : error;
    }
  }

  function verifyManifest(bytes: Buffer, headers: Headers, reference: string, get: Omit<Call, "accept">): Manifest {
    const mediaType = mediaTypeOf(headers, bytes);
    const expected = parseDigest(reference);
    if (expected === undefined || matchesDigest(bytes, expected)) {
      return { bytes, mediaType, digest: expected ?? digestOf(bytes) };
    }
    if (isSchema1Type(mediaType)) {
      throw fail(get, "MEDIA_TYPE_UNSUPPORTED", SCHEMA_1_MESSAGE, SCHEMA_1_HINT);
    }
    throw fail(get, "DIGEST_MISMATCH", `the received bytes have digest ${digestOf(bytes)}`);
  }

  function fail(
    { operation, reference }: Omit<Call, "accept">,
    code: "TOO_LARGE" | "DIGEST_MISMATCH" | "MEDIA_TYPE_UNSUPPORTED",
    message: string,
    hint?: string,
  ): MirrorError {
    return new MirrorError(message, { code, side, operation, reference, hint });
  }
}

/** Some older registries and single-purpose proxies accept no index, or none of this type. */
function refusedIndexHint(mediaType: string): string {
  const conversion = mediaType === OCI_INDEX ? "" : ', or set "platforms", which converts it to an OCI index';
  return `see the message for the reason; if this registry does not accept an index of type ${mediaType}, mirror to another one${conversion}`;
}

function readHead(headers: Headers): ManifestHead {
  return {
    mediaType: bareMediaType(header(headers, "content-type") ?? ""),
    digest: parseDigest(header(headers, "docker-content-digest") ?? ""),
    size: contentLength(headers),
  };
}

/** Media types too generic to identify a manifest. */
const GENERIC = new Set(["", "application/json", "application/octet-stream", "text/plain", "binary/octet-stream"]);

/** Returns the Content-Type, or the media type in the body if the Content-Type is missing or generic. */
function mediaTypeOf(headers: Headers, bytes: Buffer): string {
  const served = bareMediaType(header(headers, "content-type") ?? "");
  if (!GENERIC.has(served)) return served;
  const declared = parseJsonObject(bytes)?.["mediaType"];
  return typeof declared === "string" ? declared : served;
}

/** Whether two digests differ. Digests of different algorithms cannot be compared. */
function differs(one: Digest, other: Digest): boolean {
  return one !== other && one.split(":")[0] === other.split(":")[0];
}
