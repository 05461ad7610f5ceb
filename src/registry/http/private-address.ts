import { isIPv4 } from "node:net";
import { embeddedIpv4, groupsOf, isMetadataAddress } from "./metadata-address.ts";

/** Whether the host of a URL is this machine: 127.0.0.0/8, ::1 or localhost. Names are not resolved. */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."));
}

/** Whether requests to the URL are confidential: over TLS, or on this machine. */
export function isConfidential(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}

/** Names of this machine: `localhost` and its subdomains (RFC 6761, 6.3), and other common names in /etc/hosts. */
const OWN_NAME = /(?:^|\.)localhost$|^(?:localhost\.localdomain|localhost6?|ip6-localhost|ip6-loopback)$/;

/**
 * IPv4: 0/8 and loopback. IPv6: addresses that start with 32 zero bits or embed an IPv4 address (::, ::1,
 * IPv4-compatible, IPv4-mapped, NAT64), and site-local ones.
 */
const OWN_ADDRESS = /^(?:127\.|0\.|\[::|\[64:ff9b:|\[fe[c-f][0-9a-f]:)/;

/** Whether a name is one of this machine, in lower case and without a dot at its end. */
export function isOwnName(hostname: string): boolean {
  return OWN_NAME.test(hostname);
}

/**
 * Whether a resolved address is one of this machine. Unlike a NAT64 address in a redirect, one with a
 * public IPv4 address is usual here: DNS64 makes it for networks without IPv4 (RFC 6147).
 */
export function isOwnAddress({ hostname }: URL): boolean {
  const isOwn = (address: string): boolean => /^(?:127|0)\./.test(address);
  if (!hostname.startsWith("[")) return isOwn(hostname);
  return embeddedIpv4(groupsOf(hostname.slice(1, -1))).some(isOwn);
}

/**
 * Whether `to` is an address that `from` must not redirect to: this machine, a link-local address or a cloud metadata
 * service, in any spelling. This machine may redirect to itself. Names are not resolved.
 */
export function reachesInternalAddress(from: URL, to: URL): boolean {
  if (isLoopback(from) && isLoopback(to)) return false;
  // "localhost." is the same as "localhost". URL already puts hosts in lower case and normalizes addresses.
  const hostname = to.hostname.replace(/\.$/, "");
  return isMetadataAddress(to) || OWN_NAME.test(hostname) || OWN_ADDRESS.test(hostname);
}
