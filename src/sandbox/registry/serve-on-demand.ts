import { isReferrerTag } from "../../oci/referrer-tags.ts";
import type { SandboxServer } from "../http/server.ts";
import { isRefusal, parseRoute } from "./registry-route.ts";
import type { Store } from "./registry-store.ts";

/**
 * Makes a registry have every image that a client asks for by tag. For sources only: a target would seem to have
 * everything already.
 * @param publish generates an image
 */
export function serveOnDemand(
  server: SandboxServer,
  store: Store,
  publish: (repository: string, tag: string) => void,
): void {
  server.onRequest = ({ method, path }) => {
    const route = method === "HEAD" || method === "GET" ? parseRoute(path) : undefined;
    if (route === undefined || isRefusal(route) || route.kind !== "manifest") return undefined;
    const { name, reference } = route;
    // No source has the tags of referrers unless someone pushed them.
    if (reference.kind === "digest" || isReferrerTag(reference.tag)) return undefined;
    if (store.repository(name)?.tags.has(reference.tag) !== true) publish(name, reference.tag);
    return undefined;
  };
}
