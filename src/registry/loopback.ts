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
