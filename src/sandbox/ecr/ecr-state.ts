import type { WallClock } from "../wall-clock.ts";
import { AwsError, repositoryNotFoundText } from "./ecr-error.ts";
import type { Grants } from "../aws/ecr-grants.ts";
import type { Principal } from "../aws/ecr-identity.ts";
import type { Input } from "./ecr-input.ts";
import type { Limits, Throttle } from "./ecr-limits.ts";
import type { EcrQuirkName } from "./ecr-quirks.ts";
import type { ScanningConfiguration } from "./ecr-scanning.ts";
import type { Repository, Store } from "../registry/registry-store.ts";

/** The settings of a repository. Its images are in {@link EcrRegion.store}. */
export interface RepositoryRecord {
  mutability: Mutability;
  /** Wildcard patterns such as `latest` or `*-nightly`. */
  exclusionFilters: readonly string[];
  scanOnPush: boolean;
  encryption: { encryptionType: string; kmsKey?: string };
  lifecyclePolicy: string | undefined;
  policy: string | undefined;
  tags: Map<string, string>;
}

/** ECR API reference, `imageTagMutability`. */
export type Mutability = "MUTABLE" | "IMMUTABLE" | "IMMUTABLE_WITH_EXCLUSION" | "MUTABLE_WITH_EXCLUSION";

/** A layer upload in progress through the JSON API. */
export interface LayerUpload {
  repository: string;
  parts: Uint8Array[];
  size: number;
}

/** The location of a registry: each account has one in each Region. */
export interface RegistryPlace {
  account: string;
  region: string;
}

/** The state of one account in one Region. */
export interface EcrRegion extends RegistryPlace {
  store: Store;
  records: Map<string, RepositoryRecord>;
  accountSettings: Map<string, string>;
  scanning: ScanningConfiguration;
  /** Repository creation templates, by prefix. */
  templates: Map<string, object>;
  /** Archived images, as `repository@digest`. */
  archived: Set<string>;
  uploads: Map<string, LayerUpload>;
  /** Counts uploads to generate their IDs. */
  uploadsStarted: number;
  /** Throttles PutImage calls and manifest PUTs. */
  putImages: Throttle;
  apiCalls: Throttle;
  /** `127.0.0.1:PORT` of the registry, used in every repositoryUri. */
  host: string;
}

/** What a registry password grants. */
export interface RegistryToken {
  principal: Principal;
  region: string;
  expiresAt: Date;
}

/** State shared by all accounts and Regions. */
export interface EcrRules {
  clock: WallClock;
  isOn(quirk: EcrQuirkName): boolean;
  refusal: Grants["refusal"];
  /** Accounts whose repositories every account can read. */
  sharedAccounts: ReadonlySet<string>;
  /** Whether to refuse manifests with missing layers or children. */
  checkReferences: boolean;
  limits: Limits;
  tokenLifetimeSeconds: number;
  /** Keyed by password. */
  tokens: Map<string, RegistryToken>;
  /** Returns the state of an account in a Region. The first call also starts the registry. */
  region(account: string, region: string): Promise<EcrRegion>;
}

/** A validated JSON API call. */
export interface EcrCall {
  input: Input;
  principal: Principal;
  region: EcrRegion;
  rules: EcrRules;
}

/** Returns the members of a call's response. Throws AwsError. */
export type Operation = (call: EcrCall) => object | Promise<object>;

/** A repository with its settings. */
export interface Found {
  record: RepositoryRecord;
  repository: Repository;
}

/**
 * Finds a repository.
 * @throws AwsError RepositoryNotFoundException
 */
export function findRepository(region: EcrRegion, name: string): Found {
  const repository = region.store.repositories.get(name);
  if (repository === undefined) {
    throw new AwsError("RepositoryNotFoundException", repositoryNotFoundText(name, region.account));
  }
  return { repository, record: recordOf(region, name) };
}

/** Returns the settings of a repository, with ECR's defaults for one added directly to the store. */
export function recordOf(region: EcrRegion, name: string): RepositoryRecord {
  const known = region.records.get(name);
  if (known !== undefined) return known;
  const record = defaultRecord();
  region.records.set(name, record);
  return record;
}

/** Returns CreateRepository's default settings. */
export function defaultRecord(): RepositoryRecord {
  return {
    mutability: "MUTABLE",
    exclusionFilters: [],
    scanOnPush: false,
    encryption: { encryptionType: "AES256" },
    lifecyclePolicy: undefined,
    policy: undefined,
    tags: new Map(),
  };
}

/** Returns a repository's ARN: `arn:aws:ecr:REGION:ACCOUNT:repository/NAME`. */
export function repositoryArn(place: RegistryPlace, name: string): string {
  return `arn:aws:ecr:${place.region}:${place.account}:repository/${name}`;
}

/** Converts a time to AWS JSON 1.1: fractional seconds since the epoch. */
export function seconds(time: Date): number {
  return time.getTime() / 1000;
}
