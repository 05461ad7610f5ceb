import { isIP, isIPv6 } from "node:net";
import type { Environment } from "../../environment.ts";
import { parseUrl } from "../../parse-url.ts";
import { isMetadataAddress } from "../http/metadata-address.ts";
import { isOwnAddress, isOwnName } from "../http/private-address.ts";

/**
 * Returns the reason not to connect to an address that a host name resolved to; undefined if there is none. Link-local
 * addresses and cloud metadata services are never right. This machine is right only for a name that says so, or one of
 * the operator's. Private networks are always right, because many registries have names in private DNS.
 * @param hostname as requested; equal to `address` if that was requested
 * @param mayBeThisMachine whether the address may be one of this machine
 */
export function addressProblem(hostname: string, address: string, mayBeThisMachine: boolean): string | undefined {
  const url = urlOf(address);
  if (url === undefined) return undefined;
  const shown = hostname === address ? address : `${hostname} resolves to ${address}, which`;
  if (isMetadataAddress(url))
    return `${shown} is a link-local address or a cloud metadata service, which mirrorform never contacts`;
  if (mayBeThisMachine || !isOwnAddress(url)) return undefined;
  return `${shown} is this machine`;
}

function urlOf(address: string): URL | undefined {
  // A zone index, as in fe80::1%eth0, has no place in a URL.
  const bare = address.replace(/%.*$/, "");
  return parseUrl(isIPv6(bare) ? `https://[${bare}]` : `https://${bare}`);
}

/**
 * Whether a host may resolve to this machine: its name says so, or the operator named it or its parent domain, as for an
 * emulator of AWS at `localhost.localstack.cloud`.
 */
export function isOperatorsHost(hostname: string, operatorsHosts: ReadonlySet<string>): boolean {
  const name = bareName(hostname);
  if (isOwnName(name)) return true;
  const labels = name.split(".");
  return labels.some((_, i) => operatorsHosts.has(labels.slice(i).join(".")));
}

/** Variables of the operator that name the address of a registry or an AWS service. */
const ENDPOINT_VARIABLE = /^(?:MIRRORFORM_ENDPOINT_|AWS_ENDPOINT_URL(?:_|$))/;

/** Returns the host names that the operator set by environment. */
export function operatorsHosts(environment: Environment): Set<string> {
  const hosts = new Set<string>();
  for (const [name, value] of Object.entries(environment)) {
    const hostname = ENDPOINT_VARIABLE.test(name) ? parseUrl(value ?? "")?.hostname : undefined;
    if (hostname !== undefined && hostname !== "" && isIP(hostname) === 0) hosts.add(bareName(hostname));
  }
  return hosts;
}

/** "registry.example.com." is the same as "registry.example.com". */
function bareName(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, "");
}
