import { canonicalRegistry } from "./reference.ts";

/**
 * Encodes a registry host for the name of an environment variable: `index.docker.io` becomes DOCKER_IO, and
 * `my-registry:5000` becomes MY__REGISTRY___5000. The result is in upper case. `.` becomes one underscore, `-` two, `:`
 * three, and a bracket of an IPv6 address one. Two registries never share a name, so the password for
 * registry.example.com is never sent to registry-example.com.
 */
export function environmentSuffix(host: string): string {
  return canonicalRegistry(host)
    .toUpperCase()
    .replace(/[.\-:[\]]/g, (character) => "_".repeat(UNDERSCORES[character] ?? 1));
}

const UNDERSCORES: Readonly<Record<string, number>> = { ".": 1, "-": 2, ":": 3, "[": 1, "]": 1 };

/** The variable with the address of the registry that stands for all sources in a sandbox that have no own address. */
export const SANDBOX_VARIABLE = "MIRRORFORM_SANDBOX";
