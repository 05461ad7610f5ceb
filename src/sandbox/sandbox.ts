import { DOCKER_HUB, parseReference, withDefaultTag, type Reference } from "../oci/reference.ts";
import { MirrorError } from "../errors.ts";
import { wallClock, type WallClock } from "./wall-clock.ts";
import type { PullLimit } from "./docker-hub/docker-hub-pull-limit.ts";
import type { Account } from "./docker-hub/docker-hub-tokens.ts";
import { startDockerHub, type SandboxDockerHub } from "./docker-hub/docker-hub.ts";
import { startEcr, type EcrOptions, type SandboxEcr } from "./ecr/ecr.ts";
import { writeProfiles, type SandboxProfile } from "./aws/ecr-profiles.ts";
import { endpointVariable } from "./endpoint-variable.ts";
import type { ImageOptions } from "./registry/generate-image.ts";
import { startPlainRegistry, type SandboxRegistry } from "./registry/plain-registry.ts";
import type { QuirkSwitches } from "./quirks.ts";
import { serveOnDemand } from "./registry/serve-on-demand.ts";
import { SANDBOX_VARIABLE } from "../oci/environment-suffix.ts";
import { startTogether, type Keep } from "./http/start-together.ts";

/** What a sandbox serves, and how it behaves. All options have a default. */
export interface SandboxOptions {
  /**
   * Image names as in a mirror file, served with generated content. A name without a tag gets the tag `latest`. A name
   * with a digest only is skipped, because content cannot be generated for a digest.
   */
  images?: readonly string[] | undefined;
  /** Form, platforms, layers and sizes of these images. */
  imageOptions?: ImageOptions | undefined;
  /**
   * Whether sources also have images that are not listed, and a registry stands for every source that is not: then
   * `MIRRORFORM_SANDBOX` has its address.
   */
  onDemand?: boolean | undefined;
  /** Other registries to start, empty and writable: `registry.example.com`. */
  registries?: readonly string[] | undefined;
  /**
   * The registries that are ECR registries, by name. The ECR API serves them to all accounts. Their `/v2/` does not
   * require signing in, as for other sources.
   */
  ecrSources?: ReadonlyMap<string, { account: string; region: string }> | undefined;
  /** Docker Hub's pull limit (default: 100 pulls per hour, 200 for an account). */
  pullLimit?: PullLimit | "unlimited" | undefined;
  /** Lifetime of Docker Hub's tokens. */
  tokenLifetimeSeconds?: number | undefined;
  /** Accounts that can sign in to Docker Hub. */
  accounts?: readonly Account[] | undefined;
  quirks?: QuirkSwitches | undefined;
  ecr?: Omit<EcrOptions, "quirks" | "clock"> | undefined;
  /** AWS profiles to add to the environment. Each has its own access key for this ECR. */
  profiles?: readonly SandboxProfile[] | undefined;
  clock?: WallClock | undefined;
}

/** Docker Hub, ECR and other registries, on loopback and in memory. */
export interface Sandbox {
  /** Environment variables that make a child process use the sandbox. The credentials are fake. */
  environment: Record<string, string>;
  dockerHub: SandboxDockerHub;
  ecr: SandboxEcr;
  /** By name: `ghcr.io`. */
  registries: ReadonlyMap<string, SandboxRegistry>;
  close(): Promise<void>;
}

/**
 * Starts all services on free ports of 127.0.0.1.
 * @throws MirrorError INVALID_REFERENCE for an invalid image reference
 */
export function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return startTogether((keep) => startServices(options, keep));
}

async function startServices(options: SandboxOptions, keep: Keep): Promise<Sandbox> {
  const { clock = wallClock } = options;
  const images = (options.images ?? []).map(readImage).filter(({ tag }) => tag !== undefined);
  const names = new Set([...(options.registries ?? []), ...images.map(({ registry }) => registry)]);
  names.delete(DOCKER_HUB);

  const dockerHub = await keep(startDockerHub({ ...options, clock }));
  const ecrSources = options.ecrSources ?? new Map<string, { account: string; region: string }>();
  const sharedAccounts = [...ecrSources.values()].map(({ account }) => account);
  const ecr = await keep(startEcr({ sharedAccounts, ...options.ecr, quirks: options.quirks, clock }));
  const registries = new Map<string, SandboxRegistry>();
  for (const name of names) {
    const place = ecrSources.get(name);
    const store = place === undefined ? undefined : (await ecr.registry(place.account, place.region)).store;
    registries.set(name, await keep(startPlainRegistry({ name, store, clock })));
  }
  for (const { registry, repository, tag = "latest" } of images) {
    (registries.get(registry) ?? dockerHub).publish(repository, tag, options.imageOptions);
  }
  const unlisted = options.onDemand === true ? await keep(startPlainRegistry({ name: "sandbox", clock })) : undefined;
  if (unlisted !== undefined) {
    const isTarget = (name: string) => options.registries?.includes(name) === true || ecrSources.has(name);
    const sources = [[DOCKER_HUB, { ...dockerHub, server: dockerHub.registry }] as const, ...registries];
    for (const [name, { server, store, publish }] of [...sources, ["", unlisted] as const]) {
      if (isTarget(name)) continue;
      serveOnDemand(server, store, (repository, tag) => publish(repository, tag, options.imageOptions));
    }
  }
  const profiles = await keep(writeProfiles(options.profiles ?? [], ecr));

  const endpoints = [...registries].map(([name, { server }]) => [endpointVariable(name), server.url] as const);
  return {
    environment: {
      ...dockerHub.environment,
      ...ecr.environment,
      ...profiles.environment,
      ...Object.fromEntries(endpoints),
      ...(unlisted === undefined ? {} : { [SANDBOX_VARIABLE]: unlisted.server.url }),
      NO_PROXY: "127.0.0.1",
    },
    dockerHub,
    ecr,
    registries,
    async close() {
      const others = unlisted === undefined ? [] : [unlisted];
      await Promise.all(
        [dockerHub, ecr, profiles, ...others, ...registries.values()].map((service) => service.close()),
      );
    },
  };
}

function readImage(text: string): Reference {
  const reference = parseReference(text);
  if (typeof reference !== "string") return withDefaultTag(reference);
  throw new MirrorError(reference, {
    code: "INVALID_REFERENCE",
    side: "config",
    operation: "start the sandbox",
    reference: text,
  });
}
