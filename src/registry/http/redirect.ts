import { isLoopback, leadsInward } from "./private-address.ts";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Whether an answer with this status leads somewhere else. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * Where a redirect leads, relative to the URL that gave it, or a sentence that says why it is not followed.
 * Registries are not trusted: a redirect must not lead from TLS to plain HTTP, from outside to services of this
 * machine or to a cloud's metadata, nor carry a password.
 */
export function redirectTarget(from: URL, location: string | undefined): URL | string {
  if (location === undefined) return "the redirect names no Location";
  if (!URL.canParse(location, from)) return "the redirect's Location is no URL";
  const to = new URL(location, from);
  if (to.protocol !== "https:" && to.protocol !== "http:") return `the redirect leads to ${to.protocol}`;
  if (to.username !== "" || to.password !== "") return `the redirect to ${to.host} carries a user name`;
  if (to.origin === from.origin) return to;
  if (to.protocol === "http:" && !(isLoopback(to) && from.protocol === "http:" && isLoopback(from))) {
    return `the redirect leads to plain HTTP on ${to.host}`;
  }
  if (leadsInward(from, to))
    return `the redirect leads to this machine, or an address that no registry has, ${to.host}`;
  return to;
}

/**
 * Where an upload continues, or a sentence that says why not: it stays on the registry's scheme, host and port,
 * because the blob and the credentials go there.
 */
export function uploadTarget(from: URL, location: string | undefined): URL | string {
  if (location === undefined || !URL.canParse(location, from))
    return "the answer names no valid Location for the upload";
  const to = new URL(location, from);
  if (to.username !== "" || to.password !== "") return "the upload's Location carries a user name";
  if (to.origin === from.origin) return to;
  return `the upload's Location leads away from ${from.origin}, to ${to.origin}`;
}
