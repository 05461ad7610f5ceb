import { DOCKER_HUB } from "../../oci/reference.ts";
import { readEcrHost } from "./ecr-host.ts";

/** Kinds of registries that differ in what an error means. */
export type RegistryKind = "docker-hub" | "ecr" | "other";

/** Returns the kind of a registry. `docker.io` stands for all hosts of Docker Hub. */
export function registryKindOf(registry: string): RegistryKind {
  if (registry === DOCKER_HUB) return "docker-hub";
  return readEcrHost(registry) === undefined ? "other" : "ecr";
}
