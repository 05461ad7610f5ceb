import { isIPv4 } from "node:net";

/** Names of cloud metadata services: Google Cloud, EC2, Tencent Cloud. */
const METADATA_NAME =
  /^(?:metadata(?:\.google\.internal|\.goog|\.tencentyun\.com)?|instance-data(?:\.ec2\.internal)?)$/;

/** Link-local IPv4 (RFC 3927), and the metadata services of Alibaba Cloud, Azure and Oracle Cloud outside of it. */
const METADATA_IPV4 = /^(?:169\.254\.|100\.100\.100\.200$|168\.63\.129\.16$|192\.0\.0\.192$)/;

/** Link-local IPv6 (RFC 4291), and the metadata services of EC2 (fd00:ec2::/32) and Google Cloud (fd20:ce::/32). */
function isMetadataIpv6([first = 0, second = 0]: readonly number[]): boolean {
  return (first & 0xffc0) === 0xfe80 || (first === 0xfd00 && second === 0xec2) || (first === 0xfd20 && second === 0xce);
}

/**
 * Whether a URL leads to a link-local address or a cloud metadata service, in any spelling: also in decimal or octal,
 * and as an IPv4 address within an IPv6 one. Such a service gives credentials to anyone who asks, and no registry is
 * there. Names are not resolved.
 */
export function isMetadataAddress(url: URL): boolean {
  // URL puts hosts in lower case and normalizes addresses. "metadata." is the same as "metadata".
  const hostname = url.hostname.replace(/\.$/, "");
  if (METADATA_NAME.test(hostname)) return true;
  if (isIPv4(hostname)) return METADATA_IPV4.test(hostname);
  if (!hostname.startsWith("[")) return false;
  const groups = groupsOf(hostname.slice(1, -1));
  return isMetadataIpv6(groups) || embeddedIpv4(groups).some((address) => METADATA_IPV4.test(address));
}

/** Returns the reason not to send a request to such a URL. Undefined for any other. */
export function metadataProblem(url: URL): string | undefined {
  return isMetadataAddress(url)
    ? `${url.host} is a link-local address or a cloud metadata service, which mirrorform never contacts`
    : undefined;
}

/** Expands an IPv6 address to its eight groups. */
export function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const numbers = (text: string): number[] => (text === "" ? [] : text.split(":").map((group) => parseInt(group, 16)));
  const [front, back] = [numbers(head), numbers(tail ?? "")];
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back];
}

/**
 * Returns the IPv4 addresses that an IPv6 one can stand for: IPv4-mapped, -compatible and -translated (RFC 4291, 2765),
 * NAT64 (RFC 6052, 8215), ISATAP (RFC 5214), which have it at the end, and 6to4 (RFC 3056).
 */
export function embeddedIpv4(groups: readonly number[]): string[] {
  const at = (index: number): string => {
    const [high = 0, low = 0] = groups.slice(index, index + 2);
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  };
  const isZero = (count: number): boolean => groups.slice(0, count).every((group) => group === 0);
  const isAtEnd =
    (isZero(5) && (groups[5] === 0 || groups[5] === 0xffff)) ||
    (isZero(4) && groups[4] === 0xffff && groups[5] === 0) ||
    (groups[0] === 0x64 && groups[1] === 0xff9b) ||
    groups[5] === 0x5efe;
  return [...(isAtEnd ? [at(6)] : []), ...(groups[0] === 0x2002 ? [at(1)] : [])];
}
