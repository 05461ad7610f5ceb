import { parseUrl } from "../../parse-url.ts";
import { isLoopback, reachesInternalAddress } from "./private-address.ts";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Whether a status is a redirect. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * Returns the target of a redirect, relative to the URL that sent it, or a message with the reason not to follow it.
 * Registries are not trusted: a redirect must not lead from TLS to plain HTTP or from outside to this machine or a
 * cloud metadata service, and must not contain a password.
 */
export function redirectTarget(from: URL, location: string | undefined): URL | string {
  if (location === undefined) return "the redirect has no Location";
  const to = parseUrl(location, from);
  if (to === undefined) return "the redirect's Location is not a valid URL";
  if (to.protocol !== "https:" && to.protocol !== "http:") return `the redirect leads to a ${to.protocol} URL`;
  if (to.username !== "" || to.password !== "") return `the redirect to ${to.host} contains a user name`;
  if (to.origin === from.origin) return to;
  if (to.protocol === "http:" && !(isLoopback(to) && from.protocol === "http:" && isLoopback(from))) {
    return `the redirect leads to plain HTTP on ${to.host}`;
  }
  if (reachesInternalAddress(from, to))
    return `the redirect leads to ${to.host}, which is this machine or an internal address`;
  return to;
}

/**
 * Returns the URL of an upload, or a message with the reason not to use it. It must have the registry's scheme, host
 * and port, because the blob and the credentials are sent there.
 */
export function uploadTarget(from: URL, location: string | undefined): URL | string {
  const to = location === undefined ? undefined : parseUrl(location, from);
  // The origin of a blob: URL is that of the URL inside.
  const isHttp = to?.protocol === "https:" || to?.protocol === "http:";
  if (to === undefined || !isHttp) return "the response has no valid Location for the upload";
  if (to.username !== "" || to.password !== "") return "the upload's Location contains a user name";
  if (to.origin === from.origin) return to;
  return `the upload's Location leads away from ${from.origin} to ${to.origin}`;
}
