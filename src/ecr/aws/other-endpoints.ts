import { parseUrl } from "../../parse-url.ts";
import { endpointFrom } from "./service-endpoint.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** An ECR registry: `123456789012.dkr.ecr.eu-west-1.amazonaws.com`, or dual-stack `….dkr-ecr.eu-west-1.on.aws`. */
const REGISTRY = /^\d{12}\.dkr\.ecr(-fips)?\.([a-z0-9-]+)\.([a-z0-9.-]+)$/;
const DUAL_STACK_REGISTRY = /^\d{12}\.dkr-ecr(-fips)?\.([a-z0-9-]+)\.on\.aws$/;

/**
 * Returns the KMS endpoint in the Region and partition of a registry, or `AWS_ENDPOINT_URL_KMS` if set.
 * Undefined if the registry is not at AWS, so that AWS gets no requests meant for another service.
 * @throws MirrorError USAGE if the variable is not a URL
 */
export function kmsEndpoint(registry: URL, environment: Environment): URL | undefined {
  return endpointLike(registry, endpointFrom(environment, "KMS"), (fips) => `kms${fips}`);
}

/**
 * Returns the endpoint of the Resource Groups Tagging API, like {@link kmsEndpoint}. The variable is
 * `AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API`. There are no FIPS endpoints (AWS general reference, "Resource Groups
 * Tagging API endpoints").
 * @throws MirrorError USAGE if the variable is not a URL
 */
export function taggingEndpoint(registry: URL, environment: Environment): URL | undefined {
  return endpointLike(registry, endpointFrom(environment, "RESOURCE_GROUPS_TAGGING_API"), () => "tagging");
}

function endpointLike(registry: URL, configured: string | undefined, name: (fips: string) => string): URL | undefined {
  if (configured !== undefined) return parseUrl(configured);
  const [, fips = "", region, domain] = REGISTRY.exec(registry.hostname) ?? [];
  if (region !== undefined && domain !== undefined) return parseUrl(`https://${name(fips)}.${region}.${domain}`);
  const [, dualFips = "", dualRegion] = DUAL_STACK_REGISTRY.exec(registry.hostname) ?? [];
  return dualRegion === undefined ? undefined : parseUrl(`https://${name(dualFips)}.${dualRegion}.api.aws`);
}
