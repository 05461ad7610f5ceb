import type { MirrorError } from "../errors.ts";
import type { Credentials } from "../registry/auth/credentials.ts";
import { unknownRegion } from "../registry/hosts/aws-region.ts";
import type { Digest } from "../oci/digest.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Manifest } from "../oci/manifest.ts";
import { findAccount } from "./aws/find-account.ts";
import { readAccountSettings } from "./account/account-settings.ts";
import type { AccountSettings } from "../repository/account-state.ts";
import { readAccount } from "./account/read-account.ts";
import type { AccountState } from "../repository/account-state.ts";
import { adoptRepository } from "./repositories/adopt-repository.ts";
import { readArchivedTags } from "./images/archived-tags.ts";
import { registryCredentials, requestAuthorization } from "./aws/registry-sign-in.ts";
import { changeSetting } from "./repositories/change-setting.ts";
import { createClient } from "./aws/ecr-client.ts";
import type { EcrContext } from "./aws/ecr-context.ts";
import { createRepository } from "./repositories/create-repository.ts";
import { describeRepositories } from "./repositories/describe-repositories.ts";
import { describeRepository } from "./repositories/describe-repository.ts";
import { listImages } from "./images/list-images.ts";
import type { HeldImage } from "../repository/repository-admin.ts";
import { missingLayers } from "./images/missing-layers.ts";
import { findOwned } from "./repositories/find-owned.ts";
import { kmsEndpoint, taggingEndpoint } from "./endpoints/other-endpoints.ts";
import { requireOwned } from "../repository/ownership.ts";
import { putImage } from "./images/put-image.ts";
import { regionAndCredentials } from "./credentials/region-and-credentials.ts";
import { areEncryptedAlike } from "../repository/same-encryption.ts";
import { removeImages } from "./images/remove-images.ts";
import type { Removable, Removed } from "../repository/repository-admin.ts";
import type { SettingChange } from "../repository/setting-change.ts";
import type { Encryption, RepositorySettings, RepositoryState } from "../repository/settings.ts";
import type { EcrSettings } from "./ecr-settings.ts";
import { readTags, type TagState } from "./images/read-tags.ts";

export type { EcrContext } from "./aws/ecr-context.ts";
export type { TagState } from "./images/read-tags.ts";

/** The features specific to ECR, for one account and Region. Every method rejects with MirrorError; error-code.ts has the codes. */
export interface Ecr {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  /** Origin of the registry, as returned by ECR. Plain HTTP on loopback only. */
  readonly endpoint: URL;
  /** For the registry's host only. Renewed before they expire. */
  readonly credentials: Credentials;
  /**
   * Describes those wanted repositories that exist, with their resource tags. Includes the policies that the mirror
   * file manages, if `owner` owns the repository. A repository that cannot be described maps to its error.
   */
  describeRepositories(
    wanted: ReadonlyMap<string, RepositorySettings>,
    owner: string,
    signal?: AbortSignal,
  ): Promise<Map<string, RepositoryState | MirrorError>>;
  /**
   * Creates a repository with its settings and ownership tag, but without policies, which CreateRepository does not accept.
   * Resolves to false if `owner` already has the repository, which is left unchanged. This includes a repository that
   * this call created before its response was lost. Rejects with STALE if a repository exists that `owner` does not own.
   */
  createRepository(name: string, settings: RepositorySettings, owner: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * Adds the ownership tag to a repository without one. Resolves to false if `owner` already owns it. Rejects with
   * STALE if another mirror file owns it or it no longer exists.
   */
  adoptRepository(name: string, owner: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * Changes one setting of a repository that `owner` owns. Resolves to false if the setting already has the wanted
   * value. Rejects with STALE if it has changed since the plan, or if `owner` does not own the repository.
   */
  changeSetting(name: string, change: SettingChange, owner: string, signal?: AbortSignal): Promise<boolean>;
  /** Reads account-wide settings that affect these repositories. The result includes an error for each that cannot be read. */
  readAccount(
    wanted: ReadonlyMap<string, RepositorySettings>,
    described: ReadonlyMap<string, RepositoryState | MirrorError>,
    owner: string,
    signal?: AbortSignal,
  ): Promise<AccountState>;
  /** Finds the names of the repositories with the ownership tag. Empty if the registry is not at AWS. */
  findOwned(owner: string, signal?: AbortSignal): Promise<string[]>;
  /** Returns the encryption of a repository that this run has described or created. */
  encryptionOf(repository: string): Encryption | undefined;
  /**
   * Returns whether a layer of one repository can be mounted in another: blob mounting is on for the account, and both
   * repositories are known to have the same encryption (ECR user guide, "Blob mounting"). Makes no request.
   */
  canMount(from: string, to: string): boolean;
  /** Returns the `blobs` that are missing in the repository, or have another size. Up to 100 per call. */
  missingLayers(repository: string, blobs: readonly Descriptor[], signal?: AbortSignal): Promise<Descriptor[]>;
  /** Reads those `tags` that exist. Empty if the repository does not exist. */
  readTags(repository: string, tags: readonly string[], signal?: AbortSignal): Promise<Map<string, TagState>>;
  /** Returns those `tags` that point at an archived image, which `readTags` does not see. Empty if reading them is not allowed. */
  archivedTags(repository: string, tags: readonly string[], signal?: AbortSignal): Promise<Map<string, Digest>>;
  /** Lists every image of a repository, or every tagged image. Empty if the repository does not exist. */
  listImages(repository: string, which: "all" | "tagged", signal?: AbortSignal): Promise<HeldImage[]>;
  /** Rejects with STALE if the repository no longer exists or `owner` does not own it. */
  requireOwner(repository: string, owner: string, operation: string, signal?: AbortSignal): Promise<void>;
  /** Deletes tags, or images with all their tags. Returns the outcomes in the same order. */
  removeImages(repository: string, removables: readonly Removable[], signal?: AbortSignal): Promise<Removed[]>;
  /**
   * Stores a manifest through the API. For manifests without a top-level `mediaType`, which `/v2/` rejects with 405.
   * Everything they refer to must exist. Succeeds if an immutable tag already has this digest.
   */
  putImage(repository: string, manifest: Manifest, tag: string | undefined, signal?: AbortSignal): Promise<void>;
}

/**
 * Finds Region, credentials, account and registry host. Calls only GetAuthorizationToken, and writes nothing.
 * @param signal aborts this call and every later renewal of the registry token
 * @throws MirrorError NO_REGION, NO_CREDENTIALS, EXPIRED_CREDENTIALS, DENIED (also for an account other than the mirror file's), …
 */
export async function openEcr(ecrSettings: EcrSettings, context: EcrContext, signal?: AbortSignal): Promise<Ecr> {
  const region = await regionAndCredentials(ecrSettings, context);
  // The mirror file's own Region has its warning already.
  if (ecrSettings.region === undefined && unknownRegion(region) !== undefined) {
    context.emit({ type: "region.unknown", region });
  }
  const unnamed = createClient(ecrSettings, region, context);
  const authorization = await requestAuthorization(unnamed, signal);
  const { endpoint } = authorization;
  const client = { ...unnamed, registry: endpoint.host };
  const account = await findAccount(client, endpoint, ecrSettings.account, signal);
  client.account = account;
  const kms = kmsEndpoint(endpoint, context.environment);
  const tagging = taggingEndpoint(endpoint, context.environment);
  const encryptions = new Map<string, Encryption>();
  let settings: Promise<AccountSettings> | undefined;
  let isMounting = false;
  const settingsOnce = (abort?: AbortSignal): Promise<AccountSettings> =>
    (settings ??= readAccountSettings(client, abort).then((read) => {
      isMounting = read.blobMounting.value === true;
      return read;
    }));
  return {
    account,
    region,
    endpoint,
    credentials: registryCredentials(authorization, () => requestAuthorization(client, signal), context.clock),
    async describeRepositories(wanted, owner, abort) {
      const described = await describeRepositories(client, wanted, owner, abort);
      for (const [name, state] of described) if ("encryption" in state) encryptions.set(name, state.encryption);
      return described;
    },
    findOwned: async (owner, abort) => (tagging === undefined ? [] : findOwned(client, tagging, owner, abort)),
    encryptionOf: (repository) => encryptions.get(repository),
    canMount(from, to) {
      const [one, other] = [encryptions.get(from), encryptions.get(to)];
      return isMounting && one !== undefined && other !== undefined && areEncryptedAlike(one, other);
    },
    async createRepository(name, wanted, owner, abort) {
      const { isNew, encryption } = await createRepository(client, name, wanted, owner, abort);
      encryptions.set(name, encryption);
      return isNew;
    },
    adoptRepository: (name, owner, abort) => adoptRepository(client, name, owner, abort),
    changeSetting: (name, change, owner, abort) => changeSetting(client, name, change, owner, abort),
    readAccount: (wanted, described, owner, abort) =>
      readAccount(client, { wanted, described, owner, kms, settings: settingsOnce }, abort),
    missingLayers: (repository, blobs, abort) => missingLayers(client, repository, blobs, abort),
    readTags: (repository, tags, abort) => readTags(client, repository, tags, abort),
    archivedTags: (repository, tags, abort) => readArchivedTags(client, repository, tags, abort),
    listImages: (repository, which, abort) => listImages(client, repository, which, abort),
    requireOwner: async (repository, owner, operation, abort) => {
      const state = await describeRepository(client, repository, {}, owner, abort);
      requireOwned(state, owner, { operation, reference: repository });
    },
    removeImages: (repository, removables, abort) => removeImages(client, repository, removables, abort),
    putImage: (repository, manifest, tag, abort) => putImage(client, repository, manifest, tag, abort),
  };
}
