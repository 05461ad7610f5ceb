import type { Environment } from "../../environment.ts";
import { parseUrl } from "../../parse-url.ts";
import { partitionOf } from "../../registry/hosts/aws-region.ts";
import { readEcrHost } from "../../registry/hosts/ecr-host.ts";
import { endpointFrom } from "./service-endpoint.ts";

/**
 * Returns the KMS endpoint in the Region and partition of a registry, or `AWS_ENDPOINT_URL_KMS` if set. Dual-stack and
 * FIPS if the registry's endpoint is. Undefined if the registry is not at AWS, so that AWS gets no requests meant for
 * another service.
 * @throws MirrorError USAGE if the variable is not a URL
 */
export function kmsEndpoint(registry: URL, environment: Environment): URL | undefined {
  return endpointLike(registry, "kms", endpointFrom(environment, "KMS"));
}

/**
 * Returns the endpoint of the Resource Groups Tagging API, like {@link kmsEndpoint}. The variable is
 * `AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API`. There are no FIPS endpoints (AWS general reference, "Resource Groups
 * Tagging API endpoints"), and a run that asks for FIPS must not use another one: the result is then "none".
 * @throws MirrorError USAGE if the variable is not a URL
 */
export function taggingEndpoint(registry: URL, environment: Environment): URL | "none" | undefined {
  const configured = endpointFrom(environment, "RESOURCE_GROUPS_TAGGING_API");
  if (configured === undefined && readEcrHost(registry.hostname)?.isFips === true) return "none";
  return endpointLike(registry, "tagging", configured);
}

/** Follows the endpoint rules of the AWS SDK for both services: `kms-fips.us-east-1.api.aws`. */
function endpointLike(registry: URL, service: string, configured: string | undefined): URL | undefined {
  if (configured !== undefined) return parseUrl(configured);
  const ecr = readEcrHost(registry.hostname);
  if (ecr === undefined) return undefined;
  const { domain, dualStackDomain } = partitionOf(ecr.region);
  const name = ecr.isFips ? `${service}-fips` : service;
  return parseUrl(`https://${name}.${ecr.region}.${ecr.isDualStack ? dualStackDomain : domain}`);
}
