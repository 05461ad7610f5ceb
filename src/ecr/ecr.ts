import type { MirrorError } from "../errors.ts";
import type { Credentials } from "../registry/auth/credentials.ts";
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
import { kmsEndpoint, taggingEndpoint } from "./aws/other-endpoints.ts";
import { requireOwned } from "../repository/ownership.ts";
import { putImage } from "./images/put-image.ts";
import { resolveRegion } from "./aws/region.ts";
import { areEncryptedAlike } from "../repository/same-encryption.ts";
import { removeImages } from "./images/remove-images.ts";
import type { Removable, Removed } from "../repository/repository-admin.ts";
import type { SettingChange } from "../repository/setting-change.ts";
import type { Encryption, RepositorySettings, RepositoryState } from "../repository/settings.ts";
import type { EcrSettings } from "./ecr-settings.ts";
import { readTags, type TagState } from "./images/read-tags.ts";

export type { EcrContext } from "./aws/ecr-context.ts";
export type { TagState } from "./images/read-tags.ts";

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
  /**
   * Puts the owner's mark on a repository that has none. False when it is the owner's already. Rejects with STALE when
   * it is another's, or gone.
   */
  adoptRepository(name: string, owner: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * Changes one setting of a repository of the owner's. False when it is as wanted already. Rejects with STALE when it
   * is neither that nor as it was when the change was decided on, and when the repository is not the owner's.
   */
  changeSetting(name: string, change: SettingChange, owner: string, signal?: AbortSignal): Promise<boolean>;
  /** What the account says that bears on these repositories. What may not be read is told in it, and fails nothing. */
  readAccount(
    wanted: ReadonlyMap<string, RepositorySettings>,
    described: ReadonlyMap<string, RepositoryState | MirrorError>,
    owner: string,
    signal?: AbortSignal,
  ): Promise<AccountState>;
  /** The names of the repositories with the owner's mark, as far as it can be had; none where the registry is not at AWS. */
  findOwned(owner: string, signal?: AbortSignal): Promise<string[]>;
  /** How a repository is encrypted, as ECR last said of it. */
  encryptionOf(repository: string): Encryption | undefined;
  /**
   * Whether a layer of one repository can be mounted in another: the account's setting was read and says so, and both
   * are known to be encrypted alike (ECR user guide, "Blob mounting"). Asks nobody.
   */
  canMount(from: string, to: string): boolean;
  /** Those of `blobs` that the repository does not have; of another size counts as missing. Up to 100 a call. */
  missingLayers(repository: string, blobs: readonly Descriptor[], signal?: AbortSignal): Promise<Descriptor[]>;
  /** The tags that exist among `tags`; none in a repository that does not exist. */
  readTags(repository: string, tags: readonly string[], signal?: AbortSignal): Promise<Map<string, TagState>>;
  /** Those among `tags` whose image is in the archive: it cannot be pulled, and `readTags` does not see it. None where that may not be read. */
  archivedTags(repository: string, tags: readonly string[], signal?: AbortSignal): Promise<Map<string, Digest>>;
  /** Every image of a repository, or every one with a tag; none where there is no such repository. */
  listImages(repository: string, which: "all" | "tagged", signal?: AbortSignal): Promise<HeldImage[]>;
  /** Rejects with STALE when the repository is gone or not the owner's. */
  requireOwner(repository: string, owner: string, operation: string, signal?: AbortSignal): Promise<void>;
  /** Removes tags, or images with all their tags. What became of each, in their order. */
  removeImages(repository: string, removables: readonly Removable[], signal?: AbortSignal): Promise<Removed[]>;
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
export async function openEcr(place: EcrSettings, context: EcrContext, signal?: AbortSignal): Promise<Ecr> {
  const region = await resolveRegion(place, context.environment);
  const client = createClient(place, region, context);
  const authorization = await requestAuthorization(client, signal);
  const { endpoint } = authorization;
  const account = await findAccount(client, endpoint, place.account, signal);
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
