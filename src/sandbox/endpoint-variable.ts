import { environmentSuffix } from "../oci/environment-suffix.ts";

/** The environment variable by which mirrorform is given another address for a registry: MIRRORFORM_ENDPOINT_DOCKER_IO. */
export function endpointVariable(registry: string): string {
  return `MIRRORFORM_ENDPOINT_${environmentSuffix(registry)}`;
}
