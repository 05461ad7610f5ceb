/**
 * The environment variable that gives a registry another address: `docker.io` is MIRRORFORM_ENDPOINT_DOCKER_IO,
 * `my-registry:5000` is MIRRORFORM_ENDPOINT_MY__REGISTRY___5000.
 */
export function endpointVariable(registry: string): string {
  const name = registry.toUpperCase().replaceAll("-", "__").replaceAll(":", "___").replaceAll(".", "_");
  return `MIRRORFORM_ENDPOINT_${name}`;
}
