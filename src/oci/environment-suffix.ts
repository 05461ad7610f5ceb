import { canonicalRegistry } from "./reference.ts";

/**
 * The part of an environment variable's name that stands for a registry host: `index.docker.io` is DOCKER_IO,
 * `my-registry:5000` is MY__REGISTRY___5000. Two registries never share one, so that the password for
 * registry.example.com is never sent to registry-example.com: upper case; `.` is one underscore, `-` two, `:` three,
 * a bracket of an IPv6 address one.
 */
export function environmentSuffix(host: string): string {
  return canonicalRegistry(host)
    .toUpperCase()
    .replace(/[.\-:[\]]/g, (character) => "_".repeat(UNDERSCORES[character] ?? 1));
}

const UNDERSCORES: Readonly<Record<string, number>> = { ".": 1, "-": 2, ":": 3, "[": 1, "]": 1 };
