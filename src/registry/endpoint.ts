import { MirrorError } from "../errors.ts";
import { canonicalRegistry, DOCKER_HUB } from "../oci/reference.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EndpointOptions {
  environment: Environment;
  /** `sources.<registry>.endpoint` of the mirror file. */
  configured?: string | undefined;
}

/**
 * Where a registry is really asked: `MIRRORFORM_ENDPOINT_<HOST>` of the operator, else the mirror file's
 * endpoint, else https on the registry's own host.
 * @throws MirrorError INVALID_FILE or USAGE where the address is not `https://host[:port]` or `http://host[:port]`
 */
export function endpointFor(registry: string, options: EndpointOptions): URL {
  const { environment, configured } = options;
  const variable = `MIRRORFORM_ENDPOINT_${environmentSuffix(registry)}`;
  const fromEnvironment = environment[variable];
  if (fromEnvironment !== undefined && fromEnvironment !== "") {
    return parseEndpoint(fromEnvironment, "USAGE", variable);
  }
  if (configured !== undefined) return parseEndpoint(configured, "INVALID_FILE", `the endpoint of ${registry}`);
  const host = canonicalRegistry(registry) === DOCKER_HUB ? "registry-1.docker.io" : registry;
  return parseEndpoint(`https://${host}`, "INVALID_FILE", registry);
}

/**
 * The part of an environment variable's name that stands for a registry host. Two hosts never share one, so that
 * the password for registry.example.com is never sent to registry-example.com: upper case; `.` is one underscore,
 * `-` two, `:` three, a bracket of an IPv6 address one.
 */
export function environmentSuffix(host: string): string {
  return canonicalRegistry(host)
    .toUpperCase()
    .replace(/[.\-:[\]]/g, (character) => "_".repeat(UNDERSCORES[character] ?? 1));
}

const UNDERSCORES: Readonly<Record<string, number>> = { ".": 1, "-": 2, ":": 3, "[": 1, "]": 1 };

function parseEndpoint(text: string, code: "USAGE" | "INVALID_FILE", where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWhole =
    url !== undefined &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.username === "" &&
    url.password === "" &&
    url.pathname === "/" &&
    url.search === "" &&
    url.hash === "";
  if (isWhole) return url;
  // The text is not repeated: it may hold a password.
  throw new MirrorError("expected https://HOST[:PORT] or http://HOST[:PORT], without a path or a user name", {
    code,
    side: "config",
    operation: "read an endpoint",
    reference: where,
  });
}
