import { environmentSuffix } from "../oci/environment-suffix.ts";

/** Returns the environment variable that overrides a registry's endpoint, such as `MIRRORFORM_ENDPOINT_DOCKER_IO`. */
export function endpointVariable(registry: string): string {
  return `MIRRORFORM_ENDPOINT_${environmentSuffix(registry)}`;
}
