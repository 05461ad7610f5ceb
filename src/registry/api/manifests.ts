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

/** What a HEAD tells of a manifest: claims, all of them. */
export interface ManifestHead {
  mediaType: string;
  /** Undefined where the answer names none, or none that is valid. */
  digest: Digest | undefined;
  /** In bytes. */
  size: number | undefined;
}

/** The part of a registry client that is about manifests. */
export interface Manifests {
  headManifest(repository: string, reference: string, signal?: AbortSignal): Promise<ManifestHead | undefined>;
  getManifest(repository: string, reference: string, signal?: AbortSignal, beforeSend?: () => void): Promise<Manifest>;
  putManifest(repository: string, reference: string, manifest: Manifest, signal?: AbortSignal): Promise<void>;
}

const READ_HEADERS = { accept: MANIFEST_MEDIA_TYPES.join(", "), "accept-encoding": "identity" };

/** A registry, or a proxy before it, that knows no HEAD. Only a GET tells whether the manifest is there. */
const METHOD_NOT_ALLOWED = 405;
const UNTOLD: ManifestHead = { mediaType: "", digest: undefined, size: undefined };

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
          if (response.status === METHOD_NOT_ALLOWED) return UNTOLD;
          return response.status === 404 ? undefined : readHead(response.headers);
        }),
      );
    },

    async getManifest(repository, reference, signal, beforeSend) {
      const get = { ...call("GET", "read manifest", repository, reference, signal), beforeSend };
      return limitRequests(() =>
        exchange({ ...get, headers: READ_HEADERS, accept: [200], follow: true }, async (response) => {
          const bytes = await readBoundedFile(response, get);
          return checked(bytes, response.headers, reference, get);
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
          if (stored !== undefined && isOther(stored, manifest.digest)) {
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

  async function readBoundedFile(
    response: { body: Parameters<typeof readBody>[0]; headers: Headers },
    get: Omit<Call, "accept">,
  ): Promise<Buffer> {
    const message = `the manifest is larger than ${MAX_MANIFEST_BYTES} bytes, which no registry has to take`;
    if ((contentLength(response.headers) ?? 0) > MAX_MANIFEST_BYTES) throw fail(get, "TOO_LARGE", message);
    try {
      return await readBody(response.body, MAX_MANIFEST_BYTES);
    } catch (error) {
      throw error instanceof BodyTooLarge ? fail(get, "TOO_LARGE", message) : error;
    }
  }

  function checked(bytes: Buffer, headers: Headers, reference: string, get: Omit<Call, "accept">): Manifest {
    const mediaType = mediaTypeOf(headers, bytes);
    const asked = parseDigest(reference);
    if (asked === undefined || matchesDigest(bytes, asked)) {
      return { bytes, mediaType, digest: asked ?? digestOf(bytes) };
    }
    if (isSchema1Type(mediaType)) {
      throw fail(get, "MEDIA_TYPE_UNSUPPORTED", SCHEMA_1_MESSAGE, SCHEMA_1_HINT);
    }
    throw fail(get, "DIGEST_MISMATCH", `the bytes received have the digest ${digestOf(bytes)}`);
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

/** Some registries, older ones and proxies for one kind of content, take no index, or none of this kind. */
function refusedIndexHint(mediaType: string): string {
  const way = mediaType === OCI_INDEX ? "" : ', or list its platforms, which makes an OCI index of it: "platforms"';
  return `The message says why. Where this registry takes no ${mediaType}, which is an index, mirror to another one${way}.`;
}

function readHead(headers: Headers): ManifestHead {
  return {
    mediaType: bareMediaType(header(headers, "content-type") ?? ""),
    digest: parseDigest(header(headers, "docker-content-digest") ?? ""),
    size: contentLength(headers),
  };
}

/** Types that say nothing about a manifest. */
const GENERIC = new Set(["", "application/json", "application/octet-stream", "text/plain", "binary/octet-stream"]);

/** The Content-Type; where that is missing or says nothing, the type that the body names itself. */
function mediaTypeOf(headers: Headers, bytes: Buffer): string {
  const served = bareMediaType(header(headers, "content-type") ?? "");
  if (!GENERIC.has(served)) return served;
  const named = parseJsonObject(bytes)?.["mediaType"];
  return typeof named === "string" ? named : served;
}

/** Whether two digests of one algorithm differ; of two algorithms nobody can tell. */
function isOther(one: Digest, other: Digest): boolean {
  return one !== other && one.split(":")[0] === other.split(":")[0];
}
