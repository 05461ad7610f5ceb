import type { TestContext } from "node:test";

import { GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";

import { isPullLimit } from "../../../src/dockerhub/pull-limit-response.ts";
import {
  startDockerHub,
  type DockerHubOptions,
  type SandboxDockerHub,
} from "../../../src/sandbox/docker-hub/docker-hub.ts";
import type { EcrQuirkName } from "../../../src/sandbox/ecr/ecr-quirks.ts";
import type { RegistryOptions } from "../../../src/registry/registry-options.ts";
import { clientOf, type Client } from "../../registry/server.ts";
import { startEndpoint, type EndpointFixture } from "../../sandbox/support/ecr.ts";

export const LIBRARY_REDIS = "library/redis";

/** Starts a Docker Hub with redis:7 and creates a client with a fake clock, for tests with long waits. */
export async function hubClient(
  t: TestContext,
  options: DockerHubOptions = {},
  client: Partial<RegistryOptions> = {},
): Promise<Client & { hub: SandboxDockerHub }> {
  const hub = await startDockerHub(options);
  t.after(() => hub.close());
  hub.publish(LIBRARY_REDIS, "7", { layers: 1, layerBytes: 64 });
  return { hub, ...clientOf(t, new URL(hub.registry.url), { name: "docker.io", isPullLimit, ...client }) };
}

/** Starts ECR with this quirk on and one empty repository, `app`, and creates a client that is signed in. */
export async function ecrClient(
  t: TestContext,
  quirk: EcrQuirkName,
  options: Partial<RegistryOptions> = {},
): Promise<Client & { ecr: EndpointFixture }> {
  const ecr = await startEndpoint(t, { quirks: { [quirk]: true } });
  const { authorizationData } = await ecr.client.send(new GetAuthorizationTokenCommand({}));
  const decoded = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64").toString();
  const credential = { username: "AWS", password: decoded.slice("AWS:".length) };
  const endpoint = new URL(ecr.registry.server.url);
  const client = clientOf(t, endpoint, {
    side: "target",
    registryKind: "ecr",
    credentials: { lookup: async () => credential },
    ...options,
  });
  return { ecr, ...client };
}
