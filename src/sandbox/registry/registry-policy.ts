import type { IncomingHttpHeaders } from "node:http";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import type { Answer, CUT, Refusal } from "../http/answer.ts";
import type { ManifestReference, Route } from "./registry-route.ts";
import type { Repository } from "./registry-store.ts";

/** A parsed request of the registry protocol. */
export interface RegistryRequest {
  method: string;
  route: Route;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
}

/** An upload in progress. */
export interface Upload {
  id: string;
  repository: string;
  chunks: Buffer[];
  /** Bytes received so far. */
  size: number;
  /** PATCH requests so far. */
  patches: number;
}

/**
 * The behavior that differs between registries: authorization, refusals, and answers that deviate from the spec. The
 * handler implements only the protocol.
 */
export interface RegistryPolicy {
  /** Whether a push creates a missing repository. */
  createOnPush: boolean;
  /** Whether to refuse manifests with missing blobs or children. Turn it off to test that a client pushes in order. */
  checkReferences: boolean;
  /** Whether manifests, tags and blobs can be deleted. If not: 405 UNSUPPORTED. */
  deletes: boolean;
  /** Whether the referrers API exists. If not: 404. */
  referrers: boolean;
  /** Referrers per page. */
  referrerPage: number;
  /** Tags per page of `tags/list`. */
  tagPage: { default: number; max: number };
  /** Called first, for every request with a valid path: checks credentials, pull limits and throttles. */
  authorize?(request: RegistryRequest): Refusal | typeof CUT | undefined;
  /** Answers a request to a missing repository (default: 404 NAME_UNKNOWN). */
  missingRepository?(request: RegistryRequest, name: string): Answer | typeof CUT;
  /** Called before a blob is sent, to redirect to another host for example. */
  beforeGetBlob?(repository: Repository, digest: Digest): Answer | undefined;
  /** Called before a manifest is stored, after its digest and references have been checked. */
  beforePutManifest?(repository: Repository, reference: ManifestReference, manifest: Manifest): Refusal | undefined;
  /** Whether a blob can be mounted (default: yes). `named` is false if the request does not name the source. */
  mayMount?(from: Repository, to: Repository, digest: Digest, named: boolean): boolean;
  /** Whether the body of this PATCH is kept (default: yes). `upload.patches` counts the previous ones. */
  keepsChunk?(upload: Upload): boolean;
  /** Answers `tags/list`, for registries with their own kind of paging. */
  listTags?(repository: Repository, request: RegistryRequest): Answer | undefined;
  /** Changes the headers or status of any answer, including refusals by `authorize`. */
  transform?(request: RegistryRequest, answer: Answer): Answer | typeof CUT;
}

/** The largest blob that the sandbox accepts. Blobs are kept in memory. */
export const MAX_UPLOAD_BYTES = 1024 * 1024 * 1024;

/** The default number of tags per page. */
const TAG_PAGE = { default: 10_000, max: 10_000 };

/** A registry that follows the spec, without authorization, with deletes and referrers. */
export const openPolicy: RegistryPolicy = {
  createOnPush: true,
  checkReferences: true,
  deletes: true,
  referrers: true,
  referrerPage: 1_000,
  tagPage: TAG_PAGE,
};
