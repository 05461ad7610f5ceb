import { DOCKER_HUB } from "../../oci/reference.ts";
import { send, type RequestHandler } from "../http/answer.ts";
import { wallClock, type WallClock } from "../wall-clock.ts";
import {
  ACCOUNT_LIMIT,
  ANONYMOUS_LIMIT,
  createPullCounter,
  type PullCounter,
  type PullLimit,
} from "./docker-hub-pull-limit.ts";
import { catalogueHandler } from "./docker-hub-catalogue.ts";
import { cdnHandler } from "./docker-hub-cdn.ts";
import { abuseRefusal, ANONYMOUS_SOURCE, dockerHubPolicy } from "./docker-hub-policy.ts";
import { DOCKER_HUB_QUIRKS, type DockerHubQuirkName, type DockerHubQuirks } from "./docker-hub-quirks.ts";
import { createTokenServer, type Account } from "./docker-hub-tokens.ts";
import { endpointVariable } from "../endpoint-variable.ts";
import { generateImage, storeImage, type GeneratedImage, type ImageOptions } from "../registry/generate-image.ts";
import { switchQuirks } from "../quirks.ts";
import { registryHandler } from "../registry/registry-handler.ts";
import { startServer, type SandboxServer } from "../http/server.ts";
import { startTogether, type Keep } from "../http/start-together.ts";
import { createStore, type Store } from "../registry/registry-store.ts";

/** Options of {@link startDockerHub}. All are optional. */
export interface DockerHubOptions {
  /** The pull limit of addresses and accounts (default: 100 and 200 per hour). */
  pullLimit?: PullLimit | "unlimited" | undefined;
  /** Default: {@link TOKEN_LIFETIME_SECONDS}. */
  tokenLifetimeSeconds?: number | undefined;
  accounts?: readonly Account[] | undefined;
  quirks?: Partial<Record<DockerHubQuirkName, boolean>> | undefined;
  /** Catalogue requests per minute (default: {@link CATALOGUE_LIMIT}). */
  catalogueLimitPerMinute?: number | undefined;
  clock?: WallClock | undefined;
}

/** A Docker Hub on loopback: four servers with shared state. */
export interface SandboxDockerHub {
  /** `registry-1.docker.io`. */
  registry: SandboxServer;
  /** `auth.docker.io`. */
  auth: SandboxServer;
  /** The host that blob requests are redirected to. */
  cdn: SandboxServer;
  /** `hub.docker.com`. */
  catalogue: SandboxServer;
  store: Store;
  /** The current quirks. Can be changed at any time. */
  quirks: DockerHubQuirks;
  pullCounter: PullCounter;
  /** Counted pulls of all sources. */
  readonly counted: number;
  /** Spends pulls, as other users of the same address or account would (default: anonymous pulls). */
  spend(pulls: number, username?: string): void;
  /** Generates an image and points a tag at it. Another `revision` moves the tag. */
  publish(repository: string, tag: string, options?: ImageOptions): GeneratedImage;
  /** Environment variables for a child process: the endpoints of docker.io and hub.docker.com. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** The host of Docker Hub's own tag API. */
const CATALOGUE_HOST = "hub.docker.com";
/** The lifetime of Docker Hub's tokens. */
export const TOKEN_LIFETIME_SECONDS = 300;
/** Requests per minute (docker/hub-feedback#2459). */
export const CATALOGUE_LIMIT = 180;

/** Starts an empty Docker Hub on four free ports of 127.0.0.1. Add images with {@link SandboxDockerHub.publish}. */
export function startDockerHub(options: DockerHubOptions = {}): Promise<SandboxDockerHub> {
  return startTogether((keep) => startServers(options, keep));
}

async function startServers(options: DockerHubOptions, keep: Keep): Promise<SandboxDockerHub> {
  const { clock = wallClock, accounts = [], tokenLifetimeSeconds = TOKEN_LIFETIME_SECONDS } = options;
  const store = createStore(clock);
  const quirks = switchQuirks(DOCKER_HUB_QUIRKS, options.quirks);
  const pullCounter = createPullCounter(
    (source) => options.pullLimit ?? (source === ANONYMOUS_SOURCE ? ANONYMOUS_LIMIT : ACCOUNT_LIMIT),
    clock,
  );
  const tokens = createTokenServer({ accounts, lifetimeSeconds: tokenLifetimeSeconds, quirks, clock, store });
  const start = (handler: RequestHandler): Promise<SandboxServer> => keep(startServer(handler, clock));
  const auth = await start(async (request, response) => {
    const abuse = abuseRefusal(quirks);
    return abuse === undefined ? tokens.handle(request, response) : send(response, abuse);
  });
  const cdn = await start(cdnHandler(store, quirks, clock));
  const policy = dockerHubPolicy({
    store,
    tokens,
    pullCounter,
    quirks,
    clock,
    authUrl: auth.url,
    cdn: { url: cdn.url, clock },
  });
  const registry = await start(registryHandler(store, policy));
  const limitPerMinute = options.catalogueLimitPerMinute ?? CATALOGUE_LIMIT;
  const catalogue = await start(catalogueHandler({ store, quirks, clock, limitPerMinute }));

  return {
    registry,
    auth,
    cdn,
    catalogue,
    store,
    quirks,
    pullCounter,
    get counted() {
      return pullCounter.counted;
    },
    spend: (pulls, username) => pullCounter.count(username ?? ANONYMOUS_SOURCE, pulls),
    publish(repository, tag, imageOptions) {
      const image = generateImage(`docker.io/${repository}:${tag}`, imageOptions);
      storeImage(store, store.create(repository), image, tag);
      return image;
    },
    environment: {
      [endpointVariable(DOCKER_HUB)]: registry.url,
      [endpointVariable(CATALOGUE_HOST)]: catalogue.url,
    },
    async close() {
      await Promise.all([registry, auth, cdn, catalogue].map((server) => server.close()));
    },
  };
}
