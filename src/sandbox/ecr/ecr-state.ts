import type { WallClock } from "../wall-clock.ts";
import { AwsError, repositoryNotFoundText } from "./ecr-error.ts";
import type { Grants } from "../aws/ecr-grants.ts";
import type { Principal } from "../aws/ecr-identity.ts";
import type { Input } from "./ecr-input.ts";
import type { Limits, Throttle } from "./ecr-limits.ts";
import type { EcrQuirkName } from "./ecr-quirks.ts";
import type { ScanningConfiguration } from "./ecr-scanning.ts";
import type { Repository, Store } from "../registry/registry-store.ts";

/** The settings of one repository; its images are in {@link EcrRegion.store}. */
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

/** A layer on its way in through the JSON API. */
export interface LayerUpload {
  repository: string;
  parts: Uint8Array[];
  size: number;
}

/** Where a registry is: each account has one in each Region. */
export interface RegistryPlace {
  account: string;
  region: string;
}

/** All that one account holds in one Region. */
export interface EcrRegion extends RegistryPlace {
  store: Store;
  records: Map<string, RepositoryRecord>;
  accountSettings: Map<string, string>;
  scanning: ScanningConfiguration;
  /** Repository creation templates, by prefix. */
  templates: Map<string, object>;
  /** Images in the archive, as `repository@digest`. */
  archived: Set<string>;
  uploads: Map<string, LayerUpload>;
  /** Counts uploads, for their ids. */
  uploadsStarted: number;
  /** PutImage calls and manifest PUTs, for their quota. */
  putImages: Throttle;
  apiCalls: Throttle;
  /** `127.0.0.1:PORT` of its registry: the host of every repositoryUri. */
  host: string;
}

/** What a registry password stands for. */
export interface RegistryToken {
  principal: Principal;
  region: string;
  expiresAt: Date;
}

/** What is the same in all accounts and Regions. */
export interface EcrRules {
  clock: WallClock;
  isOn(quirk: EcrQuirkName): boolean;
  refusal: Grants["refusal"];
  /** Accounts whose repositories everybody may read. */
  sharedAccounts: ReadonlySet<string>;
  /** Whether layers and children must be there before what refers to them. */
  checkReferences: boolean;
  limits: Limits;
  tokenLifetimeSeconds: number;
  /** By password. */
  tokens: Map<string, RegistryToken>;
  /** The state of an account in a Region, made with its registry when it is first asked for. */
  region(account: string, region: string): Promise<EcrRegion>;
}

/** One call of the JSON API, its request checked. */
export interface EcrCall {
  input: Input;
  principal: Principal;
  region: EcrRegion;
  rules: EcrRules;
}

/** Answers a call with the members of its response; throws AwsError. */
export type Operation = (call: EcrCall) => object | Promise<object>;

/** A repository with its settings. */
export interface Found {
  record: RepositoryRecord;
  repository: Repository;
}

/** @throws AwsError RepositoryNotFoundException */
export function findRepository(region: EcrRegion, name: string): Found {
  const repository = region.store.repositories.get(name);
  if (repository === undefined) {
    throw new AwsError("RepositoryNotFoundException", repositoryNotFoundText(name, region.account));
  }
  return { repository, record: recordOf(region, name) };
}

/** The settings of a repository; one that was put into the store directly has ECR's defaults. */
export function recordOf(region: EcrRegion, name: string): RepositoryRecord {
  const known = region.records.get(name);
  if (known !== undefined) return known;
  const record = defaultRecord();
  region.records.set(name, record);
  return record;
}

/** The settings that CreateRepository gives when it is told none. */
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

/** The ARN that ECR gives a repository: `arn:aws:ecr:REGION:ACCOUNT:repository/NAME`. */
export function repositoryArn(place: RegistryPlace, name: string): string {
  return `arn:aws:ecr:${place.region}:${place.account}:repository/${name}`;
}

/** AWS JSON 1.1 has times as seconds since the epoch, with a fraction. */
export function seconds(time: Date): number {
  return time.getTime() / 1000;
}
