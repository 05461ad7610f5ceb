import { DOCKER_HUB } from "../../oci/reference.ts";

/** Kinds of registries that differ in what an error means. */
export type RegistryKind = "docker-hub" | "ecr" | "other";

/**
 * ECR hosts with account and Region: standard, dual-stack and FIPS (ECR user guide, "Making requests"), in all
 * partitions of the AWS SDK's endpoint rules, including China, the European Sovereign Cloud and the isolated ones.
 */
const ECR_HOST =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.aws|on\.amazonwebservices\.(?:com\.cn|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk)$/;

/** Returns the kind of a registry. `docker.io` stands for all hosts of Docker Hub. */
export function registryKindOf(registry: string): RegistryKind {
  if (registry === DOCKER_HUB) return "docker-hub";
  return ECR_HOST.test(registry) ? "ecr" : "other";
}

/** Returns the 12-digit account ID in an ECR host name. Undefined for other hosts. */
export function ecrAccountOf(host: string): string | undefined {
  return ECR_HOST.exec(host)?.[1];
}

/** Returns the Region in an ECR host name. Undefined for other hosts. */
export function ecrRegionOf(host: string): string | undefined {
  return ECR_HOST.exec(host)?.[2];
}
