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
import { startTogether, type Keep } from "./http/start-together.ts";

/** What a sandbox serves, and how it behaves; everything has a default. */
export interface SandboxOptions {
  /**
   * Image names as a mirror file has them, served with generated content. A name without a tag gets `latest`;
   * one with a tag and a digest gets its tag; one with a digest alone is left out, as no content can be made for it.
   */
  images?: readonly string[] | undefined;
  /** How those images are made: their form, platforms, layers and sizes. */
  imageOptions?: ImageOptions | undefined;
  /** Other registries to start, empty, and open to pushes: `registry.example.com`. */
  registries?: readonly string[] | undefined;
  /**
   * Those of the registries that are an ECR, by name: its API answers for them too, to everybody. Their `/v2/` asks for
   * no sign-in, as that of every other source.
   */
  ecrSources?: ReadonlyMap<string, { account: string; region: string }> | undefined;
  /** Docker Hub's pull allowance; by default 100 pulls an hour, and 200 for an account. */
  allowance?: PullLimit | "unlimited" | undefined;
  /** Of Docker Hub's tokens. */
  tokenLifetimeSeconds?: number | undefined;
  /** Who may sign in to Docker Hub. */
  accounts?: readonly Account[] | undefined;
  quirks?: QuirkSwitches | undefined;
  ecr?: Omit<EcrOptions, "quirks" | "clock"> | undefined;
  /** AWS profiles that the environment is to know, each with an access key of its own for this ECR. */
  profiles?: readonly SandboxProfile[] | undefined;
  clock?: WallClock | undefined;
}

/** A Docker Hub, an ECR and other registries, on loopback and in memory. */
export interface Sandbox {
  /** What a child process needs to use the sandbox instead of the real services. Its credentials are made up. */
  environment: Record<string, string>;
  dockerHub: SandboxDockerHub;
  ecr: SandboxEcr;
  /** By name: `ghcr.io`. */
  registries: ReadonlyMap<string, SandboxRegistry>;
  close(): Promise<void>;
}

/**
 * Starts everything on free ports of 127.0.0.1.
 * @throws MirrorError INVALID_REFERENCE for an image that is no reference
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
  const profiles = await keep(writeProfiles(options.profiles ?? [], ecr));

  const endpoints = [...registries].map(([name, { server }]) => [endpointVariable(name), server.url] as const);
  return {
    environment: {
      ...dockerHub.environment,
      ...ecr.environment,
      ...profiles.environment,
      ...Object.fromEntries(endpoints),
      NO_PROXY: "127.0.0.1",
    },
    dockerHub,
    ecr,
    registries,
    async close() {
      await Promise.all([dockerHub, ecr, profiles, ...registries.values()].map((service) => service.close()));
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
