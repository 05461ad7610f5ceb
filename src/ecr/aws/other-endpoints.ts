import { endpointFrom } from "./service-endpoint.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** ECR's registry: `123456789012.dkr.ecr.eu-west-1.amazonaws.com`, and the dual-stack `….dkr-ecr.eu-west-1.on.aws`. */
const REGISTRY = /^\d{12}\.dkr\.ecr(-fips)?\.([a-z0-9-]+)\.([a-z0-9.-]+)$/;
const DUAL_STACK_REGISTRY = /^\d{12}\.dkr-ecr(-fips)?\.([a-z0-9-]+)\.on\.aws$/;

/**
 * Where KMS is in the Region and partition of a registry, unless `AWS_ENDPOINT_URL_KMS` says it; undefined where the
 * registry is not at AWS, so that nothing meant for another place is sent there.
 * @throws MirrorError USAGE when the environment's is no URL
 */
export function kmsEndpoint(registry: URL, environment: Environment): URL | undefined {
  return besides(registry, endpointFrom(environment, "KMS"), (fips) => `kms${fips}`);
}

/**
 * Where resources are found by their tags, likewise; `AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API`. It has no hosts of its
 * own for FIPS (AWS general reference, "Resource Groups Tagging API endpoints").
 * @throws MirrorError USAGE when the environment's is no URL
 */
export function taggingEndpoint(registry: URL, environment: Environment): URL | undefined {
  return besides(registry, endpointFrom(environment, "RESOURCE_GROUPS_TAGGING_API"), () => "tagging");
}

function besides(registry: URL, configured: string | undefined, name: (fips: string) => string): URL | undefined {
  if (configured !== undefined) return new URL(configured);
  const [, fips = "", region, domain] = REGISTRY.exec(registry.hostname) ?? [];
  if (region !== undefined && domain !== undefined) return new URL(`https://${name(fips)}.${region}.${domain}`);
  const [, dualFips = "", dualRegion] = DUAL_STACK_REGISTRY.exec(registry.hostname) ?? [];
  return dualRegion === undefined ? undefined : new URL(`https://${name(dualFips)}.${dualRegion}.api.aws`);
}
