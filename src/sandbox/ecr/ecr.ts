/**
 * Amazon ECR on loopback: the JSON 1.1 API and a `/v2/` registry for each account and Region, with shared state.
 * `ecr-quirks.ts` lists where ECR deviates from the spec.
 */
import { wallClock, type WallClock } from "../wall-clock.ts";
import { ecrApiHandler, type RecordedCall } from "./ecr-api.ts";
import { createGrants, type Denial } from "../aws/ecr-grants.ts";
import { createIdentities, sandboxUser, type Principal, type SandboxCredentials } from "../aws/ecr-identity.ts";
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

/** Options of {@link startEcr}. All are optional. */
export interface EcrOptions {
  /** Quirks to switch on or off. Others use the default in `ecr-quirks.ts`. */
  quirks?: Partial<Record<EcrQuirkName, boolean>> | undefined;
  clock?: WallClock | undefined;
  /** The account of {@link SandboxEcr.environment}'s access key. */
  account?: string | undefined;
  region?: string | undefined;
  /** Lifetime of a registry password. */
  tokenLifetimeSeconds?: number | undefined;
  /** Lifetime of an assumed role's session, overriding the requested one (default: as requested). */
  sessionLifetimeSeconds?: number | undefined;
  /** Whether to refuse manifests with missing layers or children. Turn it off to test that a client pushes in order. */
  checkReferences?: boolean | undefined;
  limits?: Partial<Limits> | undefined;
  /** Initial account settings in every account and Region: `{ BLOB_MOUNTING: "ENABLED" }`. */
  accountSettings?: Readonly<Record<string, string>> | undefined;
  /** Accounts whose repository policies let every account read (default: none). */
  sharedAccounts?: readonly string[] | undefined;
}

/** The registry of one account in one Region. */
export interface EcrRegistry {
  account: string;
  region: string;
  server: SandboxServer;
  store: Store;
}

/** Amazon ECR on loopback. */
export interface SandboxEcr {
  /** The ECR JSON API, the STS query API, KMS DescribeKey and GetResources of the tagging API. */
  api: SandboxServer;
  /** Returns the registry of an account in a Region, starting it if needed (default: as in the environment). */
  registry(account?: string, region?: string): Promise<EcrRegistry>;
  /** Registries started so far. */
  registries(): readonly EcrRegistry[];
  /** Environment variables that make an AWS SDK use this ECR. */
  environment: Record<string, string>;
  /** The current quirks. Can be changed at any time. */
  quirks: Record<EcrQuirkName, boolean>;
  /** Denies IAM actions such as `ecr:CreateRepository` from now on. An empty list allows all. */
  deny(actions: readonly string[]): void;
  /**
   * Restricts a principal, given by its ARN, to these policies from now on. `undefined`, the initial state, allows
   * everything in the principal's account.
   */
  enforce(principal: string, policies: readonly IamPolicy[] | undefined): void;
  /** Requests denied by `deny` and `enforce` so far, oldest first. */
  denials: readonly Denial[];
  /** Issues an access key. With a lifetime (in seconds; 0 expires at once), the key has a session token. */
  issue(principal: Principal, lifetimeSeconds?: number): SandboxCredentials;
  /** The current quotas. Can be changed at any time. */
  limits: Limits;
  /** JSON API calls, oldest first. */
  calls: readonly RecordedCall[];
  /** Stops the API and all registries. */
  close(): Promise<void>;
}

/** The default account of the environment's access key. */
export const DEFAULT_ACCOUNT = "123456789012";
const DEFAULT_REGION = "us-east-1";
/** ECR user guide, "Private registry authentication": 12 hours. */
const TOKEN_LIFETIME_SECONDS = 12 * 60 * 60;

/** Starts ECR on free ports of 127.0.0.1. */
export async function startEcr(options: EcrOptions = {}): Promise<SandboxEcr> {
  const { clock = wallClock, account = DEFAULT_ACCOUNT, region: home = DEFAULT_REGION } = options;
  const quirks = switchQuirks(ECR_QUIRKS, options.quirks);
  const identities = createIdentities(clock);
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
      // Wait for registries that are still starting, so that they are closed too.
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
    // Let the next call retry, for example after a failure to get a port.
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
