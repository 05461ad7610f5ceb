/** What Docker Hub's registry adds to the protocol: tokens, the pull limit, redirects, and no pushes. */
import { refuse, text, type Answer, type Refusal } from "../http/answer.ts";
import type { PullCounter } from "./docker-hub-pull-limit.ts";
import { cdnLocation, type CdnSigner } from "./docker-hub-cdn.ts";
import type { DockerHubQuirks } from "./docker-hub-quirks.ts";
import { SERVICE, type Grant, type TokenServer } from "./docker-hub-tokens.ts";
import type { WallClock } from "../wall-clock.ts";
import { findManifest } from "../registry/registry-manifests.ts";
import { openPolicy, type RegistryPolicy, type RegistryRequest } from "../registry/registry-policy.ts";
import type { Store } from "../registry/registry-store.ts";

/** What {@link dockerHubPolicy} needs. */
interface DockerHubParts {
  store: Store;
  tokens: TokenServer;
  pullCounter: PullCounter;
  quirks: DockerHubQuirks;
  clock: WallClock;
  /** URL of the token server, without a path. */
  authUrl: string;
  cdn: CdnSigner;
}

/** The address that anonymous pulls count against. It is reserved for documentation (RFC 5737). */
export const ANONYMOUS_SOURCE = "203.0.113.7";
/** Recorded verbatim in 2026. */
const ANONYMOUS_LIMIT_TEXT =
  "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit";
const ACCOUNT_LIMIT_TEXT =
  "You have reached your pull rate limit. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit";
/** Retry-After of the abuse limit (docker/hub-feedback#1907). */
const ABUSE_RETRY_SECONDS = 60;

/** Where Docker Hub differs from the distribution-spec. Each difference is a row in `docker-hub-quirks.ts`. */
export function dockerHubPolicy(parts: DockerHubParts): RegistryPolicy {
  const { quirks } = parts;
  return {
    ...openPolicy,
    createOnPush: false,
    deletes: false,
    get referrers() {
      return !quirks["docker-hub-no-referrers"];
    },
    authorize: (request) =>
      abuseRefusal(quirks) ?? credentialRefusal(parts, request) ?? pullLimitRefusal(parts, request),
    missingRepository: (request) =>
      quirks["docker-hub-missing-repository-unauthorized"]
        ? challenge(parts, request, "insufficient_scope")
        : refuse(404, "NAME_UNKNOWN", "repository name not known to registry"),
    beforeGetBlob: (repository, digest) =>
      quirks["docker-hub-blob-redirect"]
        ? { status: 307, headers: { location: cdnLocation(parts.cdn, repository.name, digest) } }
        : undefined,
    transform: (request, answer) => withPullLimitHeaders(parts, request, answer),
  };
}

/** Refuses a request because of the abuse limit, which affects all hosts and accounts. The answer is plain text. */
export function abuseRefusal(quirks: DockerHubQuirks): Refusal | undefined {
  return quirks["docker-hub-abuse-limit"]
    ? text(429, "Too Many Requests (HAP429)\n", { "retry-after": String(ABUSE_RETRY_SECONDS) })
    : undefined;
}

function credentialRefusal(parts: DockerHubParts, request: RegistryRequest): Refusal | undefined {
  const grant = grantOf(parts, request);
  if (grant === undefined) return challenge(parts, request);
  if (grant.expiresAt <= parts.clock()) return challenge(parts, request, "invalid_token");
  if (request.route.kind === "ping") return undefined;
  const isRead = request.method === "GET" || request.method === "HEAD";
  // The sandbox's Docker Hub is read-only.
  const isGranted = isRead && grant.scopes.some((scope) => covers(scope, request));
  return isGranted ? undefined : challenge(parts, request, "insufficient_scope");
}

function pullLimitRefusal(parts: DockerHubParts, request: RegistryRequest): Refusal | undefined {
  const { quirks, pullCounter, store } = parts;
  const { route, method } = request;
  if (route.kind !== "manifest") return undefined;
  const grant = grantOf(parts, request);
  const source = sourceOf(grant);
  const reading = pullCounter.reading(source);
  const isFree = method === "HEAD" && quirks["docker-hub-head-is-free"];
  if (reading?.remaining === 0 && (!isFree || quirks["docker-hub-head-limited-when-empty"])) {
    return pullLimit(quirks, grant, reading.windowSeconds);
  }
  const repository = store.repository(route.name);
  const isServed = repository !== undefined && findManifest(repository, route.reference) !== undefined;
  if (isServed && !isFree) pullCounter.count(source);
  return undefined;
}

function pullLimit(quirks: DockerHubQuirks, grant: Grant | undefined, windowSeconds: number): Refusal {
  const retry: Record<string, string> = quirks["docker-hub-limit-without-retry-after"]
    ? {}
    : { "retry-after": String(windowSeconds) };
  if (grant?.username === undefined) return refuse(429, "TOOMANYREQUESTS", ANONYMOUS_LIMIT_TEXT, retry);
  const message = quirks["docker-hub-limit-names-account"]
    ? ACCOUNT_LIMIT_TEXT.replace("limit.", `limit as '${grant.username}': ${grant.id}.`)
    : ACCOUNT_LIMIT_TEXT;
  return refuse(429, "TOOMANYREQUESTS", message, retry);
}

function withPullLimitHeaders(parts: DockerHubParts, request: RegistryRequest, answer: Answer): Answer {
  if (request.route.kind !== "manifest") return answer;
  const { quirks, pullCounter } = parts;
  const source = sourceOf(grantOf(parts, request));
  const reading = pullCounter.reading(source);
  if (reading === undefined || quirks["docker-hub-abuse-limit"]) return answer;
  // A 401 contains only the source (recorded in hpc/charliecloud#1516).
  const headers: Record<string, string> = { ...answer.headers, "docker-ratelimit-source": source };
  if (answer.status !== 401) {
    const prefix = quirks["docker-hub-x-ratelimit"] ? "x-ratelimit" : "ratelimit";
    const window = quirks["docker-hub-limit-without-window"] ? "" : `;w=${reading.windowSeconds}`;
    headers[`${prefix}-limit`] = `${reading.limit}${window}`;
    headers[`${prefix}-remaining`] = `${reading.remaining}${window}`;
  }
  return { ...answer, headers };
}

function grantOf(parts: DockerHubParts, request: RegistryRequest): Grant | undefined {
  const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  return token === undefined ? undefined : parts.tokens.grantOf(token);
}

function sourceOf(grant: Grant | undefined): string {
  return grant?.username ?? ANONYMOUS_SOURCE;
}

/** Checks whether a scope such as `repository:library/python:pull,push` covers a request. */
function covers(scope: string, request: RegistryRequest): boolean {
  const [type, name, actions = ""] = scope.split(":");
  return (
    type === "repository" &&
    request.route.kind !== "ping" &&
    name === request.route.name &&
    actions.split(",").includes("pull")
  );
}

function challenge(
  parts: DockerHubParts,
  request: RegistryRequest,
  error?: "invalid_token" | "insufficient_scope",
): Refusal {
  const { route, method } = request;
  const actions = method === "GET" || method === "HEAD" ? "pull" : "pull,push";
  const parameters = [
    `realm="${parts.authUrl}/token"`,
    `service="${SERVICE}"`,
    ...(route.kind === "ping" ? [] : [`scope="repository:${route.name}:${actions}"`]),
    ...(error === undefined ? [] : [`error="${error}"`]),
  ];
  return refuse(401, "UNAUTHORIZED", "authentication required", {
    "docker-distribution-api-version": "registry/2.0",
    "www-authenticate": `Bearer ${parameters.join(",")}`,
  });
}
