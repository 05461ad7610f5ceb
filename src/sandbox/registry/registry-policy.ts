import type { IncomingHttpHeaders } from "node:http";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import type { Answer, CUT, Refusal } from "../http/answer.ts";
import type { ManifestReference, Route } from "./registry-route.ts";
import type { Repository } from "./registry-store.ts";

/** A request of the registry protocol, understood but not yet served. */
export interface RegistryRequest {
  method: string;
  route: Route;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
}

/** An upload under way. */
export interface Upload {
  id: string;
  repository: string;
  chunks: Buffer[];
  /** Bytes kept so far. */
  size: number;
  /** PATCH requests taken so far. */
  patches: number;
}

/**
 * What one registry does differently from the next. The handler knows the protocol only: who may come in, what
 * is refused and how answers differ from the spec is all here.
 */
export interface RegistryPolicy {
  /** Whether a push makes a repository that is missing. */
  createOnPush: boolean;
  /** Refuse a manifest whose blobs or children are missing. Off: to prove that a client keeps the order by itself. */
  checkReferences: boolean;
  /** Whether manifests, tags and blobs may be deleted: else 405 UNSUPPORTED. */
  deletes: boolean;
  /** Whether the referrers API answers: else 404. */
  referrers: boolean;
  /** Referrers of one page. */
  referrerPage: number;
  /** Tags of one page of `tags/list`: when the client names no `n`, and at most. */
  tagPage: { default: number; max: number };
  /** Asked first, for every request that has a valid path: the credentials, an allowance, a throttle. */
  authorize?(request: RegistryRequest): Refusal | typeof CUT | undefined;
  /** The answer where a repository is missing; by default 404 NAME_UNKNOWN. */
  missingRepository?(request: RegistryRequest, name: string): Answer | typeof CUT;
  /** Asked before a blob is sent: a redirect to another host, say. */
  beforeGetBlob?(repository: Repository, digest: Digest): Answer | undefined;
  /** Asked before a manifest is stored, after its digest and references were checked. */
  beforePutManifest?(repository: Repository, reference: ManifestReference, manifest: Manifest): Refusal | undefined;
  /** Whether a blob may be mounted; by default wherever the source repository holds it. `from` may be unnamed. */
  mayMount?(from: Repository, to: Repository, digest: Digest, named: boolean): boolean;
  /** Whether the body of this PATCH is kept; by default always. `upload.patches` counts those before it. */
  keepsChunk?(upload: Upload): boolean;
  /** The whole answer to `tags/list`, for a registry with pages of its own kind. */
  listTags?(repository: Repository, request: RegistryRequest): Answer | undefined;
  /** The last word on every answer, refusals by `authorize` too: headers left out or added, another status. */
  transform?(request: RegistryRequest, answer: Answer): Answer | typeof CUT;
}

/** The largest blob that the sandbox takes: it holds them in memory. */
export const MAX_UPLOAD_BYTES = 1024 * 1024 * 1024;

/** Tags of one page when a registry has no rule of its own. */
const TAG_PAGE = { default: 10_000, max: 10_000 };

/** A registry as the spec has it, open to all, with deletes and referrers. */
export const openPolicy: RegistryPolicy = {
  createOnPush: true,
  checkReferences: true,
  deletes: true,
  referrers: true,
  referrerPage: 1_000,
  tagPage: TAG_PAGE,
};
