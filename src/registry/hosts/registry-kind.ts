import { DOCKER_HUB } from "../../oci/reference.ts";

/** Whose manners a registry has; they differ in what an error means. */
export type RegistryKind = "docker-hub" | "ecr" | "other";

/**
 * The account's and Region's hosts of ECR: plain, dual-stack, FIPS (ECR user guide, "Making requests"); China, the
 * European Sovereign Cloud and the isolated partitions too, whose domains the AWS SDK's endpoint rules have.
 */
const ECR_HOST =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.aws|on\.amazonwebservices\.(?:com\.cn|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk)$/;

/** Whose manners the registry of this host has; `docker.io` stands for all of Docker Hub's hosts. */
export function registryKindOf(registry: string): RegistryKind {
  if (registry === DOCKER_HUB) return "docker-hub";
  return ECR_HOST.test(registry) ? "ecr" : "other";
}

/** The account, 12 digits, that a host of ECR has in its name; undefined for every other host. */
export function ecrAccountOf(host: string): string | undefined {
  return ECR_HOST.exec(host)?.[1];
}

/** The Region that a host of ECR has in its name; undefined for every other host. */
export function ecrRegionOf(host: string): string | undefined {
  return ECR_HOST.exec(host)?.[2];
}
