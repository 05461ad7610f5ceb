/**
 * An Amazon ECR on loopback: the JSON 1.1 API and, for each account and Region, a registry that speaks `/v2/`,
 * over one state. What it does like the real one and unlike the spec is in `ecr-quirks.ts`.
 */
import { wallClock, type WallClock } from "../wall-clock.ts";
import { ecrApiHandler, type RecordedCall } from "./ecr-api.ts";
import { createGrants, type Denial } from "../aws/ecr-grants.ts";
import { identityBook, sandboxUser, type Principal, type SandboxCredentials } from "../aws/ecr-identity.ts";
import { DEFAULT_LIMITS, slidingThrottle, type Limits } from "./ecr-limits.ts";
import { ECR_QUIRKS, type EcrQuirkName } from "./ecr-quirks.ts";
import { restore } from "./operations/ecr-archive.ts";
import { NO_SCANNING_RULES } from "./operations/ecr-registry-settings.ts";
import { ecrRegistryHandler } from "./ecr-registry.ts";
import type { EcrRegion, EcrRules } from "./ecr-state.ts";
import type { IamPolicy } from "../aws/iam-policy.ts";
import { switchQuirks } from "../quirks.ts";
import { MAX_RECORDED_REQUESTS, startServer, type SandboxServer } from "../http/server.ts";
import { createStore, type Store } from "../registry/registry-store.ts";

/** How {@link startEcr} is started; everything has a default. */
export interface EcrOptions {
  /** Those not named stay as their row in `ecr-quirks.ts` says. */
  quirks?: Partial<Record<EcrQuirkName, boolean>> | undefined;
  clock?: WallClock | undefined;
  /** The account of {@link SandboxEcr.environment}'s access key. */
  account?: string | undefined;
  region?: string | undefined;
  /** How long a registry password is good. */
  tokenLifetimeSeconds?: number | undefined;
  /** How long an assumed role's session is good, whatever is asked for; by default as asked. */
  sessionLifetimeSeconds?: number | undefined;
  /** Off: ECR takes manifests whose layers or children are missing, to prove that a client keeps the order by itself. */
  checkReferences?: boolean | undefined;
  limits?: Partial<Limits> | undefined;
  /** Settings that every account begins with in each Region, as by PutAccountSetting: `{ BLOB_MOUNTING: "ENABLED" }`. */
  accountSettings?: Readonly<Record<string, string>> | undefined;
  /** Accounts whose repositories let everybody read, as if their policies said so; none unless said. */
  sharedAccounts?: readonly string[] | undefined;
}

/** The registry of one account in one Region. */
export interface EcrRegistry {
  account: string;
  region: string;
  server: SandboxServer;
  store: Store;
}

/** An Amazon ECR on loopback. */
export interface SandboxEcr {
  /** The JSON API of ECR, the query API of STS, KMS's DescribeKey and GetResources of resource tags. */
  api: SandboxServer;
  /** The registry of an account in a Region, started when first asked for; by default that of the environment. */
  registry(account?: string, region?: string): Promise<EcrRegistry>;
  /** Registries started so far. */
  registries(): readonly EcrRegistry[];
  /** For a process that is to talk to this ECR through an AWS SDK. */
  environment: Record<string, string>;
  /** What is on now; may be changed at any time. */
  quirks: Record<EcrQuirkName, boolean>;
  /** Denies IAM actions from now on: `ecr:CreateRepository`, `sts:AssumeRole`. An empty list allows all. */
  deny(actions: readonly string[]): void;
  /**
   * Holds a principal, by its ARN, to these policies from now on; undefined: it may do everything in its account again.
   * At first everybody may.
   */
  enforce(principal: string, policies: readonly IamPolicy[] | undefined): void;
  /** What `deny` and `enforce` have kept callers from so far, oldest first. */
  denials: readonly Denial[];
  /** An access key for a principal; with a lifetime (seconds; 0 is expired at once) one with a session token. */
  issue(principal: Principal, lifetimeSeconds?: number): SandboxCredentials;
  /** Quotas in force; may be changed at any time. */
  limits: Limits;
  /** Calls of the JSON API, oldest first. */
  calls: readonly RecordedCall[];
  /** Ends the API and all registries. */
  close(): Promise<void>;
}

/** The account whose access key the environment has, unless another is asked for. */
export const DEFAULT_ACCOUNT = "123456789012";
const DEFAULT_REGION = "us-east-1";
/** ECR user guide, "Private registry authentication": 12 hours. */
const TOKEN_LIFETIME_SECONDS = 12 * 60 * 60;

/** Starts an ECR on free ports of 127.0.0.1. */
export async function startEcr(options: EcrOptions = {}): Promise<SandboxEcr> {
  const { clock = wallClock, account = DEFAULT_ACCOUNT, region: home = DEFAULT_REGION } = options;
  const quirks = switchQuirks(ECR_QUIRKS, options.quirks);
  const identities = identityBook(clock);
  const user = identities.issue(sandboxUser(account));
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const calls: RecordedCall[] = [];
  const started = new Map<string, Promise<{ registry: EcrRegistry; state: EcrRegion }>>();
  const registries: EcrRegistry[] = [];
  const grants = createGrants();

  const rules: EcrRules = {
    clock,
    isOn: (quirk) => quirks[quirk],
    refusal: grants.refusal,
    sharedAccounts: new Set(options.sharedAccounts),
    checkReferences: options.checkReferences ?? true,
    limits,
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? TOKEN_LIFETIME_SECONDS,
    tokens: new Map(),
    region: async (owner, name) => (await open(owner, name)).state,
  };
  const sts = {
    identities,
    refusal: grants.refusal,
    sessionLifetimeSeconds: options.sessionLifetimeSeconds,
  };
  const api = await startServer(ecrApiHandler({ rules, identities, sts, record }), clock);

  return {
    api,
    registry: async (owner = account, name = home) => (await open(owner, name)).registry,
    registries: () => registries,
    environment: {
      AWS_ENDPOINT_URL_ECR: api.url,
      AWS_ENDPOINT_URL_STS: api.url,
      AWS_ENDPOINT_URL_KMS: api.url,
      AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API: api.url,
      AWS_REGION: home,
      AWS_DEFAULT_REGION: home,
      AWS_ACCESS_KEY_ID: user.accessKeyId,
      AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
    },
    deny: grants.deny,
    enforce: grants.enforce,
    denials: grants.denials,
    issue: (principal, lifetimeSeconds) => identities.issue(principal, lifetimeSeconds),
    quirks,
    limits,
    calls,
    async close() {
      // One that is about to listen is waited for: else nobody would close it.
      await Promise.allSettled(started.values());
      await Promise.all(registries.map(({ server }) => server.close()));
      await api.close();
    },
  };

  function open(owner: string, name: string): Promise<{ registry: EcrRegistry; state: EcrRegion }> {
    const key = `${owner}/${name}`;
    const known = started.get(key);
    if (known !== undefined) return known;
    const opened = start(owner, name);
    started.set(key, opened);
    // Whoever asks next may have more luck: a port could not be had, say.
    opened.catch(() => started.delete(key));
    return opened;
  }

  async function start(owner: string, name: string): Promise<{ registry: EcrRegistry; state: EcrRegion }> {
    const store = createStore(clock);
    const state: EcrRegion = {
      account: owner,
      region: name,
      store,
      records: new Map(),
      accountSettings: new Map(Object.entries(options.accountSettings ?? {})),
      scanning: NO_SCANNING_RULES,
      templates: new Map(),
      archived: new Set(),
      uploads: new Map(),
      uploadsStarted: 0,
      putImages: slidingThrottle(clock),
      apiCalls: slidingThrottle(clock),
      host: "",
    };
    store.watch(({ kind, repository, subject }) => {
      if (kind === "manifest") restore(state, repository, subject);
    });
    const server = await startServer(ecrRegistryHandler(state, rules), clock);
    state.host = server.host;
    const registry = { account: owner, region: name, server, store };
    registries.push(registry);
    return { registry, state };
  }

  function record(call: RecordedCall): void {
    calls.push(call);
    if (calls.length > MAX_RECORDED_REQUESTS) calls.shift();
  }
}
