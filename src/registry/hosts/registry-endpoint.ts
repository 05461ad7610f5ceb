import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { parseEndpoint } from "../../oci/endpoint.ts";
import { environmentSuffix } from "../../oci/environment-suffix.ts";

/** Where an endpoint can be configured. */
interface EndpointOptions {
  environment: Environment;
  /** `sources.<registry>.endpoint` of the mirror file. */
  configured?: string | undefined;
}

/**
 * Returns the URL for requests to a registry: `MIRRORFORM_ENDPOINT_<HOST>` if set, otherwise the endpoint in the mirror
 * file, otherwise https on the registry's own host.
 * @throws MirrorError INVALID_FILE or USAGE if the address is not `https://host[:port]` or `http://host[:port]`
 */
export function endpointFor(registry: string, options: EndpointOptions): URL {
  const { environment, configured } = options;
  const variable = `MIRRORFORM_ENDPOINT_${environmentSuffix(registry)}`;
  const fromEnvironment = environment[variable];
  if (fromEnvironment !== undefined && fromEnvironment !== "") {
    return addressIn(fromEnvironment, "USAGE", variable);
  }
  if (configured !== undefined) return addressIn(configured, "INVALID_FILE", `sources.${registry}.endpoint`);
  return addressIn(`https://${registry}`, "INVALID_FILE", registry);
}

function addressIn(text: string, code: "USAGE" | "INVALID_FILE", where: string): URL {
  const endpoint = parseEndpoint(text);
  if ("url" in endpoint && endpoint.path === "") return endpoint.url;
  // The text is not quoted, because it may contain a password.
  throw new MirrorError("expected https://HOST[:PORT] or http://HOST[:PORT], without a path or a user name", {
    code,
    side: "config",
    operation: "read endpoint",
    reference: where,
  });
}
