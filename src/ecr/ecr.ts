import type { MirrorError } from "../errors.ts";
import type { Credentials } from "../registry/credentials.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Manifest } from "../oci/manifest.ts";
import { findAccount } from "./account.ts";
import { registryCredentials, requestAuthorization } from "./authorization.ts";
import { createClient, type EcrContext } from "./client.ts";
import { createRepository } from "./create-repository.ts";
import { describeRepositories } from "./describe-repositories.ts";
import { missingLayers } from "./layers.ts";
import { putLifecyclePolicy, setRepositoryPolicy } from "./policies.ts";
import { putImage } from "./put-image.ts";
import { resolveRegion } from "./region.ts";
import type { EcrSettings, RepositorySettings, RepositoryState } from "./settings.ts";
import { readTags, type TagState } from "./tags.ts";

export type { EcrContext } from "./client.ts";
export type { TagState } from "./tags.ts";

/** What only ECR has, for one account and Region. Every method rejects with MirrorError; errors.ts has the codes. */
export interface Ecr {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  /** Origin of the registry, as ECR gives it. Plain HTTP on loopback only. */
  readonly endpoint: URL;
  /** For the registry's host alone; always fresh. */
  readonly credentials: Credentials;
  /**
   * The repositories that exist among those wanted, with resource tags; with the policies that the file manages, where
   * the mark is the owner's. One that could not be described has its error in its place.
   */
  describeRepositories(
    wanted: ReadonlyMap<string, RepositorySettings>,
    owner: string,
    signal?: AbortSignal,
  ): Promise<Map<string, RepositoryState | MirrorError>>;
  /**
   * Creates a repository with its settings, the policies aside, which the call cannot carry; `owner` is in its tags from the start.
   * False when the owner's was there already, left as it is: also when it was this call that made it and its answer was lost.
   * Rejects with STALE when one is there that is not the owner's.
   */
  createRepository(name: string, settings: RepositorySettings, owner: string, signal?: AbortSignal): Promise<boolean>;
  /** Sets it where the repository is the owner's and has none; false when this one is there. Rejects with STALE elsewhere. */
  putLifecyclePolicy(name: string, json: string, owner: string, signal?: AbortSignal): Promise<boolean>;
  /** Sets it where the repository is the owner's and has none; false when this one is there. Rejects with STALE elsewhere. */
  setRepositoryPolicy(name: string, json: string, owner: string, signal?: AbortSignal): Promise<boolean>;
  /** Those of `blobs` that the repository does not have; of another size counts as missing. Up to 100 a call. */
  missingLayers(repository: string, blobs: readonly Descriptor[], signal?: AbortSignal): Promise<Descriptor[]>;
  /** The tags that exist among `tags`; none in a repository that does not exist. */
  readTags(repository: string, tags: readonly string[], signal?: AbortSignal): Promise<Map<string, TagState>>;
  /**
   * Stores a manifest through the API. For manifests without a top-level `mediaType`, which `/v2/` refuses with 405.
   * What they refer to must be there. A tag that is immutable and holds this digest already is a success.
   */
  putImage(repository: string, manifest: Manifest, tag: string | undefined, signal?: AbortSignal): Promise<void>;
}

/**
 * Finds Region, credentials, account and registry host. Makes one call, GetAuthorizationToken, and no write.
 * @param signal ends this, and every later renewal of the registry's token
 * @throws MirrorError NO_REGION, NO_CREDENTIALS, EXPIRED_CREDENTIALS, DENIED (also when the account is not the file's), …
 */
export async function openEcr(settings: EcrSettings, context: EcrContext, signal?: AbortSignal): Promise<Ecr> {
  const region = await resolveRegion(settings, context.environment);
  const client = createClient(settings, region, context);
  const authorization = await requestAuthorization(client, signal);
  const { endpoint } = authorization;
  const account = await findAccount(client, endpoint, settings.account, signal);
  return {
    account,
    region,
    endpoint,
    credentials: registryCredentials(authorization, () => requestAuthorization(client, signal), context.clock),
    describeRepositories: (wanted, owner, abort) => describeRepositories(client, wanted, owner, abort),
    createRepository: (name, wanted, owner, abort) => createRepository(client, name, wanted, owner, abort),
    putLifecyclePolicy: (name, json, owner, abort) => putLifecyclePolicy(client, name, json, owner, abort),
    setRepositoryPolicy: (name, json, owner, abort) => setRepositoryPolicy(client, name, json, owner, abort),
    missingLayers: (repository, blobs, abort) => missingLayers(client, repository, blobs, abort),
    readTags: (repository, tags, abort) => readTags(client, repository, tags, abort),
    putImage: (repository, manifest, tag, abort) => putImage(client, repository, manifest, tag, abort),
  };
}
