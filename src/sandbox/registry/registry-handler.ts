/**
 * The registry protocol (OCI distribution-spec 1.1). Implements only the spec; rules that differ between registries
 * are in the policy.
 */
import { CUT, refuse, send, type Answer, type RequestHandler } from "../http/answer.ts";
import { deleteBlob, getBlob } from "./registry-blobs.ts";
import { deleteManifest, getManifest, putManifest } from "./registry-manifests.ts";
import type { RegistryContext } from "./registry-context.ts";
import type { RegistryPolicy } from "./registry-policy.ts";
import { listReferrers } from "./registry-referrers.ts";
import { isRefusal, parseRoute, type Route } from "./registry-route.ts";
import { listTags } from "./registry-tags.ts";
import { createUploads, type Uploads } from "./registry-uploads.ts";
import { readTarget } from "../http/request-target.ts";
import type { Repository, Store } from "./registry-store.ts";

/** Creates a handler for `/v2/`. It keeps the state of uploads in progress. */
export function registryHandler(store: Store, policy: RegistryPolicy): RequestHandler {
  const uploads = createUploads();
  return async (incoming, response) => {
    const { path, query } = readTarget(incoming.url);
    const route = parseRoute(path);
    if (isRefusal(route)) {
      send(response, route);
      return;
    }
    const method = incoming.method ?? "GET";
    const request = { method, route, query, headers: incoming.headers };
    const answer = policy.authorize?.(request) ?? (await serve({ store, policy, request, incoming }, uploads));
    send(response, answer === CUT ? CUT : (policy.transform?.(request, answer) ?? answer));
  };
}

async function serve(context: RegistryContext, uploads: Uploads): Promise<Answer | typeof CUT> {
  const { route, method } = context.request;
  if (route.kind === "ping") return reads(method) ? { status: 200, headers: {}, body: "{}" } : notAllowed();
  const repository = repositoryFor(context, route);
  if (repository === undefined) {
    return (
      context.policy.missingRepository?.(context.request, route.name) ??
      refuse(404, "NAME_UNKNOWN", "repository name not known to registry")
    );
  }
  switch (route.kind) {
    case "manifest":
      if (reads(method)) return getManifest(repository, route.reference);
      if (method === "PUT") return putManifest(context, repository, route.reference);
      if (method === "DELETE") return deleteManifest(context, repository, route.reference);
      return notAllowed();
    case "blob":
      if (reads(method)) return getBlob(context, repository, route.digest);
      if (method === "DELETE") return deleteBlob(context, repository, route.digest);
      return notAllowed();
    case "uploads":
      return method === "POST" ? uploads.start(context, repository) : notAllowed();
    case "upload":
      return uploads.proceed(context, repository, route.session);
    case "tags":
      return reads(method) ? listTags(context, repository) : notAllowed();
    case "referrers":
      return reads(method) ? listReferrers(context, repository, route.digest) : notAllowed();
  }
}

/**
 * Finds the requested repository. If the registry creates repositories on push, a write creates a missing one, and the
 * referrers API treats it as empty.
 */
function repositoryFor(context: RegistryContext, route: Exclude<Route, { kind: "ping" }>): Repository | undefined {
  const existing = context.store.repository(route.name);
  if (existing !== undefined || !context.policy.createOnPush) return existing;
  const { method } = context.request;
  if (method === "POST" || method === "PUT") return context.store.create(route.name);
  if (route.kind !== "referrers") return undefined;
  return {
    name: route.name,
    createdAt: new Date(0),
    blobs: new Map(),
    manifests: new Map(),
    tags: new Map(),
  };
}

function reads(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

function notAllowed(): Answer {
  return refuse(405, "UNSUPPORTED", "the operation is unsupported");
}
