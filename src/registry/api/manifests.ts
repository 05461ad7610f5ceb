import type { ErrorCode } from "../../error-code.ts";
import { USUAL_HINTS } from "../../error-hints.ts";
import { MirrorError } from "../../errors.ts";
import { digestOf, matchesDigest, parseDigest, sameAlgorithm, type Digest } from "../../oci/digest.ts";
import { isJsonObject, parseJsonObject } from "../../oci/json-object.ts";
import { canNeed, MAX_MANIFEST_BYTES, type Manifest } from "../../oci/manifest.ts";
import {
  bareMediaType,
  isGenericType,
  isImageType,
  isIndexType,
  isSchema1Type,
  MANIFEST_MEDIA_TYPES,
  OCI_INDEX,
  OCI_MANIFEST,
  SCHEMA_1_HINT,
  SCHEMA_1_MESSAGE,
} from "../../oci/media-type.ts";
import { webPageError } from "../errors/web-page-error.ts";
import { BodyTooLarge, discard, readBody } from "../http/body.ts";
import type { Call } from "../http/exchange.ts";
import { contentLength, header, type Headers } from "../http/headers.ts";
import { announcesPage, isPage } from "../http/web-page.ts";
import { MAX_ERROR_BYTES } from "../limits.ts";
import { createForeignLayers } from "./foreign-layers.ts";
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
  hasManifest(repository: string, digest: Digest, signal?: AbortSignal): Promise<boolean>;
  getManifest(repository: string, reference: string, signal?: AbortSignal, beforeSend?: () => void): Promise<Manifest>;
  putManifest(repository: string, reference: string, manifest: Manifest, signal?: AbortSignal): Promise<void>;
}

const READ_HEADERS = { accept: MANIFEST_MEDIA_TYPES.join(", "), "accept-encoding": "identity" };

/** The registry, or a proxy in front of it, does not support HEAD. Only a GET shows whether the manifest exists. */
const METHOD_NOT_ALLOWED = 405;
/** The errors of a GET for a manifest that is missing, or served wrong, so that writing it again does no harm. */
const NOT_THERE: ReadonlySet<ErrorCode> = new Set([
  "MANIFEST_UNKNOWN",
  "REPOSITORY_UNKNOWN",
  "UNEXPECTED_RESPONSE",
  "DIGEST_MISMATCH",
  "MEDIA_TYPE_UNSUPPORTED",
  "TOO_LARGE",
]);
const NOT_A_MANIFEST_HINT =
  "check the registry's address and path, HTTPS_PROXY and NO_PROXY, and any cache in front of the registry";
const UNKNOWN_HEAD: ManifestHead = { mediaType: "", digest: undefined, size: undefined };

/** distribution-spec, "Pulling manifests", "Checking if content exists", "Pushing manifests". */
export function createManifests(core: RegistryCore): Manifests {
  const { exchange, limitRequests, side } = core;
  const foreign = createForeignLayers();

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

  const manifests: Manifests = {
    async headManifest(repository, reference, signal) {
      const head = call("HEAD", "look up manifest", repository, reference, signal);
      const accept = side === "source" ? [200, 404, METHOD_NOT_ALLOWED] : [200, 404];
      return limitRequests(() =>
        exchange({ ...head, headers: READ_HEADERS, accept, follow: true }, async ({ status, headers, body }, from) => {
          await discard(body, MAX_ERROR_BYTES);
          if (status === METHOD_NOT_ALLOWED) return UNKNOWN_HEAD;
          if (status === 404) return undefined;
          const found = readHead(headers);
          // A target is read with GET instead.
          const isPageOnly = side === "source" && found.digest === undefined && announcesPage(headers);
          if (isPageOnly) throw webPageError(from.host, "a manifest", { ...head, side });
          return found;
        }),
      );
    },

    async hasManifest(repository, digest, signal) {
      const head = await manifests.headManifest(repository, digest, signal);
      if (head === undefined) return false;
      if (head.digest === digest) return true;
      const isOther = head.digest !== undefined && sameAlgorithm(head.digest, digest);
      if (!isOther && (isIndexType(head.mediaType) || isImageType(head.mediaType))) return true;
      return side === "target" && isReadable(repository, digest, signal);
    },

    async getManifest(repository, reference, signal, beforeSend) {
      const pull = beforeSend === undefined ? await core.reservePull?.(signal) : undefined;
      const gate = { beforeSend: beforeSend ?? pull?.beforeSend };
      const get = { ...call("GET", "read manifest", repository, reference, signal), ...gate };
      const read = limitRequests(() =>
        exchange({ ...get, headers: READ_HEADERS, accept: [200], follow: true }, async (response, from) => {
          const bytes = await readBounded(response, get);
          return verifyManifest(bytes, response.headers, reference, get, from.host);
        }),
      );
      return read.finally(() => pull?.end());
    },

    async putManifest(repository, reference, manifest, signal) {
      const foreignLayers = foreign.record(manifest);
      const needs = (digest: string) => canNeed(manifest, digest);
      const put = { ...call("PUT", "write manifest", repository, reference, signal), foreignLayers, needs };
      const headers = { "content-type": manifest.mediaType };
      const answered = await core.limitWrites(() =>
        exchange({ ...put, headers, body: manifest.bytes, accept: [200, 201, 202] }, async (response, { host }) => {
          await discard(response.body, MAX_ERROR_BYTES);
          const stored = parseDigest(header(response.headers, "docker-content-digest") ?? "");
          if (stored !== undefined && sameAlgorithm(stored, manifest.digest) && stored !== manifest.digest) {
            throw fail(put, "DIGEST_MISMATCH", `the registry stored ${stored}, not ${manifest.digest}`);
          }
          return {
            isNamed: stored !== undefined,
            status: response.status,
            host,
            isPage: announcesPage(response.headers),
          };
        }).catch((error: unknown) => {
          throw error instanceof MirrorError &&
            error.hint === USUAL_HINTS.MANIFEST_REFUSED &&
            isIndexType(manifest.mediaType)
            ? error.with({ hint: refusedIndexHint(manifest.mediaType) })
            : error;
        }),
      );
      // Without the digest, the answer can be that of a proxy.
      if (answered.isNamed || (await pointsAt(repository, reference, manifest.digest, signal))) return;
      const { host, status, isPage } = answered;
      if (isPage) throw webPageError(host, "storing the manifest", { ...put, side });
      throw fail(put, "UNEXPECTED_RESPONSE", `${host} answered ${status}, but did not store the manifest`);
    },
  };
  return manifests;

  /** Whether a tag or digest has this content, by its own bytes if HEAD does not show it. */
  async function pointsAt(
    repository: string,
    reference: string,
    digest: Digest,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const head = await manifests.headManifest(repository, reference, signal);
    return head?.digest === digest || (head !== undefined && isReadable(repository, reference, signal, digest));
  }

  /** Whether a GET returns the manifest. */
  async function isReadable(
    repository: string,
    reference: string,
    signal: AbortSignal | undefined,
    digest?: Digest,
  ): Promise<boolean> {
    try {
      const read = await manifests.getManifest(repository, reference, signal);
      return digest === undefined || matchesDigest(read.bytes, digest);
    } catch (error) {
      if (error instanceof MirrorError && NOT_THERE.has(error.code)) return false;
      throw error;
    }
  }

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

  function verifyManifest(
    bytes: Buffer,
    headers: Headers,
    reference: string,
    get: Omit<Call, "accept">,
    host: string,
  ): Manifest {
    const mediaType = mediaTypeOf(headers, bytes);
    const expected = parseDigest(reference);
    if (expected !== undefined && matchesDigest(bytes, expected)) return { bytes, mediaType, digest: expected };
    if (isPage(headers, bytes)) throw webPageError(host, "a manifest", { ...get, side });
    if (expected === undefined && isGenericType(mediaType) && parseJsonObject(bytes) === undefined) {
      throw fail(
        get,
        "UNEXPECTED_RESPONSE",
        `${host} answered with something other than a manifest`,
        NOT_A_MANIFEST_HINT,
      );
    }
    if (expected === undefined) return { bytes, mediaType, digest: digestOf(bytes) };
    if (isSchema1Type(mediaType)) {
      throw fail(get, "MEDIA_TYPE_UNSUPPORTED", SCHEMA_1_MESSAGE, SCHEMA_1_HINT);
    }
    throw fail(get, "DIGEST_MISMATCH", `the received bytes have digest ${digestOf(bytes)}`);
  }

  function fail(
    { operation, reference }: Omit<Call, "accept">,
    code: "TOO_LARGE" | "DIGEST_MISMATCH" | "MEDIA_TYPE_UNSUPPORTED" | "UNEXPECTED_RESPONSE",
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

/**
 * Returns the Content-Type, or the media type in the body if the Content-Type is missing or generic, as after a redirect
 * to object storage. OCI manifests need not name theirs, and Docker's do.
 */
function mediaTypeOf(headers: Headers, bytes: Buffer): string {
  const served = bareMediaType(header(headers, "content-type") ?? "");
  if (!isGenericType(served)) return served;
  const { mediaType, schemaVersion, manifests, config, layers } = parseJsonObject(bytes) ?? {};
  if (typeof mediaType === "string") return mediaType;
  const isIndex = Array.isArray(manifests);
  const isImage = isJsonObject(config) && Array.isArray(layers);
  // One that is both is read differently by other clients (CVE-2021-41190).
  if (schemaVersion !== 2 || isIndex === isImage) return served;
  return isIndex ? OCI_INDEX : OCI_MANIFEST;
}
