import { isIPv4 } from "node:net";

/** Whether the host of a URL is this machine: 127.0.0.0/8, ::1 or localhost. Names are not resolved. */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."));
}

/** Whether requests to the URL are confidential: over TLS, or on this machine. */
export function isConfidential(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}

/**
 * Names of this machine and of cloud metadata services: `localhost` and its subdomains (RFC 6761, 6.3), other common
 * names in /etc/hosts, and the metadata services of Google Cloud and EC2.
 */
const INTERNAL_NAME =
  /(?:^|\.)localhost$|^(?:localhost\.localdomain|localhost6?|ip6-localhost|ip6-loopback|metadata\.google\.internal|metadata|instance-data(?:\.ec2\.internal)?)$/;

/**
 * IPv4: 0/8, loopback, link-local (cloud metadata), and the metadata services of Alibaba Cloud and Azure. IPv6:
 * addresses that start with 32 zero bits or embed an IPv4 address (::, ::1, IPv4-compatible, IPv4-mapped, NAT64),
 * link-local, site-local, and the metadata service of EC2.
 */
const INTERNAL_ADDRESS =
  /^(?:127\.|169\.254\.|0\.|100\.100\.100\.200$|168\.63\.129\.16$|\[::|\[64:ff9b:|\[fe[89a-f][0-9a-f]:|\[fd00:ec2:)/;

/**
 * Whether `to` is an address that `from` must not redirect to: this machine, a link-local address or a cloud metadata
 * service, in any spelling. This machine may redirect to itself. Names are not resolved.
 */
export function reachesInternalAddress(from: URL, to: URL): boolean {
  if (isLoopback(from) && isLoopback(to)) return false;
  // "localhost." is the same as "localhost". URL already puts hosts in lower case and normalizes addresses.
  const hostname = to.hostname.replace(/\.$/, "");
  return INTERNAL_NAME.test(hostname) || INTERNAL_ADDRESS.test(hostname);
}
