import type { MirrorFile } from "../desired/mirror-file.ts";
import { endpointVariant } from "../ecr/endpoints/endpoint-variant.ts";
import type { Environment } from "../environment.ts";
import { canonicalRegistry, DOCKER_HUB } from "../oci/reference.ts";
import type { EndpointVariant } from "../registry/hosts/ecr-host.ts";
import { endpointFor } from "../registry/hosts/registry-endpoint.ts";

/** Returns the address that requests to a registry are sent to. @throws MirrorError INVALID_FILE, USAGE */
export type Endpoints = (registry: string) => URL;

/** Combines the endpoints of the mirror file and of the environment. */
export function createEndpoints(sources: MirrorFile["sources"], environment: Environment): Endpoints {
  let known: EndpointVariant | undefined;
  const variant = (): EndpointVariant => (known ??= endpointVariant(environment));
  return (registry) => {
    const configured = sources.get(registry)?.endpoint;
    return endpointFor(registry, { environment, variant, ...(configured === undefined ? {} : { configured }) });
  };
}

/** Returns whether requests to a registry reach Docker Hub, or the host that stands for it, under whatever name. */
export function asksDockerHub(registry: string, endpoint: Endpoints): boolean {
  if (registry === DOCKER_HUB) return true;
  const { host } = endpoint(registry);
  return canonicalRegistry(host) === DOCKER_HUB || host === endpoint(DOCKER_HUB).host;
}
