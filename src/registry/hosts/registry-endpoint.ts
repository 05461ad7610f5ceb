import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { parseEndpoint } from "../../oci/endpoint.ts";
import { environmentSuffix, SANDBOX_VARIABLE } from "../../oci/environment-suffix.ts";
import { metadataProblem } from "../http/metadata-address.ts";
import { readEcrHost, withVariant, type EndpointVariant } from "./ecr-host.ts";

/** Where an endpoint can be configured. */
interface EndpointOptions {
  environment: Environment;
  /** `sources.<registry>.endpoint` of the mirror file. */
  configured?: string | undefined;
  /** Returns which endpoints of AWS to use (default: the registry's own host). Called only for an ECR. */
  variant?: () => EndpointVariant;
}

/**
 * Returns the URL for requests to a registry: `MIRRORFORM_ENDPOINT_<HOST>` if set, in a sandbox `MIRRORFORM_SANDBOX`,
 * otherwise the endpoint in the mirror file, otherwise https on the registry's own host, or on the dual-stack or FIPS host of an ECR.
 * @throws MirrorError INVALID_FILE or USAGE if the address is not `https://host[:port]` or `http://host[:port]`, or is
 *   link-local or a cloud metadata service, no matter where it is named
 */
export function endpointFor(registry: string, options: EndpointOptions): URL {
  const { environment, configured } = options;
  const variable = `MIRRORFORM_ENDPOINT_${environmentSuffix(registry)}`;
  const fromEnvironment = environment[variable];
  if (fromEnvironment !== undefined && fromEnvironment !== "") {
    return addressIn(fromEnvironment, "USAGE", variable);
  }
  const sandbox = environment[SANDBOX_VARIABLE];
  if (sandbox !== undefined && sandbox !== "") return addressIn(sandbox, "USAGE", SANDBOX_VARIABLE);
  if (configured !== undefined) return addressIn(configured, "INVALID_FILE", `sources.${registry}.endpoint`);
  return addressIn(`https://${ownHost(registry, options)}`, "INVALID_FILE", registry);
}

function ownHost(registry: string, { variant }: EndpointOptions): string {
  return variant === undefined || readEcrHost(registry) === undefined ? registry : withVariant(registry, variant());
}

function addressIn(text: string, code: "USAGE" | "INVALID_FILE", where: string): URL {
  const endpoint = parseEndpoint(text);
  if ("url" in endpoint && endpoint.path === "") {
    const problem = metadataProblem(endpoint.url);
    if (problem === undefined) return endpoint.url;
    throw new MirrorError(problem, { code, side: "config", operation: "read endpoint", reference: where });
  }
  // The text is not quoted, because it may contain a password.
  throw new MirrorError("expected https://HOST[:PORT] or http://HOST[:PORT], without a path or a user name", {
    code,
    side: "config",
    operation: "read endpoint",
    reference: where,
  });
}
