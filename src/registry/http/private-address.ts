import { isIPv4 } from "node:net";

/** Whether a URL's host can only be this machine: 127.0.0.0/8, ::1 or localhost. Names are not resolved. */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."));
}

/** Whether what is sent to the URL can be read by nobody on the way. */
export function isPrivate(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}

/**
 * Names of this machine and of a cloud's metadata: `localhost` and all below it (RFC 6761, 6.3), what /etc/hosts often
 * has beside it, and the metadata of Google Cloud and EC2.
 */
const INWARD_NAME =
  /(?:^|\.)localhost$|^(?:localhost\.localdomain|localhost6?|ip6-localhost|ip6-loopback|metadata\.google\.internal|metadata|instance-data(?:\.ec2\.internal)?)$/;

/**
 * IPv4: 0/8, loopback and link-local (a cloud's metadata), Alibaba Cloud's and Azure's metadata. IPv6: whatever begins
 * with 32 zero bits or holds an IPv4 address (::, ::1, IPv4-compatible, IPv4-mapped, NAT64), link-local and site-local,
 * EC2's metadata.
 */
const INWARD_ADDRESS =
  /^(?:127\.|169\.254\.|0\.|100\.100\.100\.200$|168\.63\.129\.16$|\[::|\[64:ff9b:|\[fe[89a-f][0-9a-f]:|\[fd00:ec2:)/;

/**
 * Whether whoever is at `from` may not send us to `to`: this machine, link-local addresses, a cloud's metadata, in any
 * spelling; this machine may lead to itself. Names are not resolved.
 */
export function leadsInward(from: URL, to: URL): boolean {
  if (isLoopback(from) && isLoopback(to)) return false;
  // "localhost." is the full form of "localhost". A URL's host is in lower case, its addresses are in one form.
  const hostname = to.hostname.replace(/\.$/, "");
  return INWARD_NAME.test(hostname) || INWARD_ADDRESS.test(hostname);
}
