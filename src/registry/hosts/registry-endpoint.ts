import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { parseEndpoint } from "../../oci/endpoint.ts";
import { environmentSuffix, SANDBOX_VARIABLE } from "../../oci/environment-suffix.ts";
import { websiteProblem } from "../../oci/registry-names.ts";
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
 *   link-local, a cloud metadata service or a website, no matter where it is named
 */
export function endpointFor(registry: string, options: EndpointOptions): URL {
  const { environment, configured } = options;
  const variable = `MIRRORFORM_ENDPOINT_${environmentSuffix(registry)}`;
  const fromEnvironment = environment[variable];
  if (fromEnvironment !== undefined && fromEnvironment !== "") {
    return addressIn(fromEnvironment, registry, "USAGE", variable);
  }
  const sandbox = environment[SANDBOX_VARIABLE];
  if (sandbox !== undefined && sandbox !== "") return addressIn(sandbox, registry, "USAGE", SANDBOX_VARIABLE);
  if (configured !== undefined) return addressIn(configured, registry, "INVALID_FILE", `sources.${registry}.endpoint`);
  return addressIn(`https://${ownHost(registry, options)}`, registry, "INVALID_FILE", registry);
}

function ownHost(registry: string, { variant }: EndpointOptions): string {
  return variant === undefined || readEcrHost(registry) === undefined ? registry : withVariant(registry, variant());
}

function addressIn(text: string, registry: string, code: "USAGE" | "INVALID_FILE", where: string): URL {
  const endpoint = parseEndpoint(text);
  if ("url" in endpoint && endpoint.path === "") {
    const { url } = endpoint;
    // Docker Hub's catalogue is at a host that is no registry.
    const problem = metadataProblem(url) ?? (url.host === registry ? undefined : websiteProblem(url.host));
    if (problem === undefined) return url;
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
