import { DOCKER_HUB } from "../oci/reference.ts";

/** Whose manners a registry has; they differ in what an error means. */
export type Flavour = "docker-hub" | "ecr" | "other";

/** The account's and Region's hosts of ECR: plain, dual-stack, FIPS, China. ECR user guide, "Making requests". */
const ECR_HOST =
  /^\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/;

export function flavourOf(registry: string): Flavour {
  if (registry === DOCKER_HUB) return "docker-hub";
  return ECR_HOST.test(registry) ? "ecr" : "other";
}
