import type { Readable } from "node:stream";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { Referrer } from "../oci/referrers.ts";
import { createBlobs } from "./api/blobs.ts";
import { createExchange } from "./http/exchange.ts";
import { createHosts } from "./hosts/host-limits.ts";
import { createManifests, type ManifestHead } from "./api/manifests.ts";
import { createReferrers } from "./api/referrers.ts";
import { createRepositories, type Repositories } from "./api/repositories.ts";
import { createLocate } from "./api/registry-core.ts";
import { createTags } from "./api/tags.ts";
import { createUploads, type Mounted } from "./api/uploads.ts";
import type { RegistryOptions } from "./registry-options.ts";

export type { ManifestHead } from "./api/manifests.ts";
export type { Mounted } from "./api/uploads.ts";

/** A client of one registry's OCI Distribution API (distribution-spec 1.1). Every method throws MirrorError. */
export interface Registry extends Repositories {
  readonly name: string;
  readonly endpoint: URL;
  readonly side: "source" | "target";
  /**
   * Looks up a manifest by tag or digest with HEAD, which does not count as a pull. Undefined only on 404; 401, 403,
   * 429 and 5xx throw. If a source does not support HEAD (405), the result has an empty media type and no digest. Where
   * no pulls are counted, a HEAD refused without words is sent again as GET, whose response decides.
   */
  headManifest(repository: string, reference: string, signal?: AbortSignal): Promise<ManifestHead | undefined>;
  /**
   * Whether a manifest exists. A 200 alone does not show that, because proxies send it with a page of their own: the
   * response must have the digest or a manifest's media type. Otherwise a target is asked with GET, and a manifest of a
   * source counts as missing.
   */
  hasManifest(repository: string, digest: Digest, signal?: AbortSignal): Promise<boolean>;
  /**
   * Reads a manifest of at most MAX_MANIFEST_BYTES (TOO_LARGE). The digest is computed from the bytes, and must match
   * `reference` if that is a digest (DIGEST_MISMATCH).
   * @param beforeSend called before each request, including retries; an error that it throws ends the attempt
   */
  getManifest(repository: string, reference: string, signal?: AbortSignal, beforeSend?: () => void): Promise<Manifest>;
  /**
   * Lists the tags of a repository, each once. They are not validated.
   * UNEXPECTED_RESPONSE if the pages form a loop or are not lists, TOO_LARGE for more than MAX_LISTED_TAGS.
   */
  listTags(repository: string, signal?: AbortSignal): Promise<string[]>;
  /**
   * Opens a blob from byte `offset` (default: 0). The bytes are not verified. The stream must be read or destroyed,
   * because it counts towards the limit of downloads.
   */
  openBlob(repository: string, descriptor: Descriptor, offset?: number, signal?: AbortSignal): Promise<Readable>;
  /**
   * Whether a blob with the given size exists. Uses HEAD, and a GET of the first byte if HEAD is redirected or returns
   * another length or none. A blob counts as missing if that GET fails.
   */
  hasBlob(repository: string, blob: Descriptor, signal?: AbortSignal): Promise<boolean>;
  /**
   * Uploads a blob with one POST and one PUT. Bytes of another size or digest are never committed: DIGEST_MISMATCH,
   * side "source". Not retried, because the stream is consumed; `retryable` tells the caller whether to start over.
   * A MirrorError of `body` is thrown unchanged. `body` is always destroyed. Uploads are not limited in number.
   * @param begun URL of an upload that a failed mount started; by default a new upload is started
   */
  putBlob(repository: string, descriptor: Descriptor, body: Readable, signal?: AbortSignal, begun?: URL): Promise<void>;
  /**
   * Mounts a blob from another repository of the registry (distribution-spec, "Mounting a blob from another
   * repository"). Not retried, because the caller can upload the blob instead.
   */
  mountBlob(repository: string, descriptor: Descriptor, from: string, signal?: AbortSignal): Promise<Mounted>;
  /**
   * Lists the referrers of a manifest, which does not count as a pull. Undefined if the registry has no referrers API
   * (404). TOO_LARGE for more than MAX_REFERRERS.
   */
  listReferrers(repository: string, subject: Digest, signal?: AbortSignal): Promise<Referrer[] | undefined>;
  /**
   * Writes a manifest, and reads it again unless the response shows that it is stored. TAG_IMMUTABLE and MANIFEST_REFUSED come from rules of the target. After a lost response and a
   * retry, TAG_IMMUTABLE may mean that the first request succeeded, so the caller must check the tag.
   */
  putManifest(repository: string, reference: string, manifest: Manifest, signal?: AbortSignal): Promise<void>;
}

/** Creates a client of a registry. Sends no requests until a method is called. */
export function createRegistry(options: RegistryOptions): Registry {
  const { name, endpoint, side, clock, emit } = options;
  const hosts = options.hosts ?? createHosts();
  const limits = hosts.limitsOf(endpoint.host);
  const core = {
    name,
    endpoint,
    side,
    emit,
    reservePull: options.reservePull,
    exchange: createExchange(options, hosts),
    ...limits,
    // Writes that wait for their turn must not keep other requests from being sent.
    limitWrites: options.rateLimiter === undefined ? limits.limitRequests : <T>(write: () => Promise<T>) => write(),
    clock,
    ...createLocate({ name, endpoint, side }),
  };
  const blobs = createBlobs(core);
  return {
    name,
    endpoint,
    side,
    ...createManifests(core),
    ...createReferrers(core),
    ...blobs,
    ...createUploads(core, blobs),
    ...createTags(core),
    ...createRepositories(core),
  };
}
