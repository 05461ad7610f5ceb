import type { Readable } from "node:stream";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { Referrer } from "../oci/referrers.ts";
import { createBlobs } from "./api/blobs.ts";
import { createExchange } from "./http/exchange.ts";
import { createHosts } from "./hosts/host-limits.ts";
import { UPLOAD_IDLE_TIMEOUT } from "./limits.ts";
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
   * What a tag or digest names, by HEAD alone: no pull is spent.
   * Undefined on 404 only; 401, 403, 429 and 5xx throw. A source that knows no HEAD (405) tells nothing: an empty
   * media type and no digest.
   */
  headManifest(repository: string, reference: string, signal?: AbortSignal): Promise<ManifestHead | undefined>;
  /**
   * A manifest's bytes, at most MAX_MANIFEST_BYTES (TOO_LARGE). The digest is that of the bytes;
   * where `reference` is a digest they match it (DIGEST_MISMATCH).
   * @param beforeSend called before each request, the repeated ones too; what it throws ends the attempt
   */
  getManifest(repository: string, reference: string, signal?: AbortSignal, beforeSend?: () => void): Promise<Manifest>;
  /**
   * The tags of a repository, each once, page by page; what a registry says is a tag need not be one.
   * UNEXPECTED_RESPONSE where the pages go in a circle or are no lists, TOO_LARGE past MAX_LISTED_TAGS.
   */
  listTags(repository: string, signal?: AbortSignal): Promise<string[]>;
  /**
   * A blob's bytes as they come, from byte `offset` on (0 where missing), not verified. The stream must be read or destroyed: it holds one of the
   * registry's places for downloads.
   */
  openBlob(repository: string, descriptor: Descriptor, offset?: number, signal?: AbortSignal): Promise<Readable>;
  /**
   * Whether a blob is there with its size, by HEAD; where that is redirected, by what its first byte tells.
   * What cannot be learned behind a redirect counts as missing.
   */
  hasBlob(repository: string, blob: Descriptor, signal?: AbortSignal): Promise<boolean>;
  /**
   * Uploads a blob by one POST and one PUT. Bytes of another size or digest are never committed: DIGEST_MISMATCH,
   * side "source". Not repeated, as the stream is spent; `retryable` says whether the caller may start over.
   * An error of `body` that is a MirrorError is thrown as it is. `body` is destroyed in any case.
   * How many run at a time is the caller's choice.
   * @param begun where a refused mount said that the upload goes on; without, one is begun
   */
  putBlob(repository: string, descriptor: Descriptor, body: Readable, signal?: AbortSignal, begun?: URL): Promise<void>;
  /**
   * Takes a blob over from another repository of this registry (distribution-spec, "Mounting a blob from another
   * repository"). Asked once: what is refused, for whatever reason, is uploaded as well.
   */
  mountBlob(repository: string, descriptor: Descriptor, from: string, signal?: AbortSignal): Promise<Mounted>;
  /**
   * What names a manifest as its subject; undefined where the registry has no referrers API (404). No pull is spent.
   * TOO_LARGE where there are more than MAX_REFERRERS.
   */
  listReferrers(repository: string, subject: Digest, signal?: AbortSignal): Promise<Referrer[] | undefined>;
  /**
   * TAG_IMMUTABLE and MANIFEST_REFUSED are the target's own rules. When an answer was lost and the request repeated,
   * TAG_IMMUTABLE may mean that the first one succeeded: look at what the tag holds.
   */
  putManifest(repository: string, reference: string, manifest: Manifest, signal?: AbortSignal): Promise<void>;
}

/** Makes a client of one registry. Nothing is asked before its first method is called. */
export function createRegistry(options: RegistryOptions): Registry {
  const { name, endpoint, side } = options;
  const hosts = options.hosts ?? createHosts();
  const core = {
    name,
    endpoint,
    side,
    exchange: createExchange(options, hosts),
    ...hosts.limitsOf(endpoint.host),
    uploadIdle: options.uploadIdle ?? UPLOAD_IDLE_TIMEOUT,
    ...createLocate({ name, endpoint, side }),
  };
  return {
    name,
    endpoint,
    side,
    ...createManifests(core),
    ...createReferrers(core),
    ...createBlobs(core),
    ...createUploads(core),
    ...createTags(core),
    ...createRepositories(core),
  };
}
