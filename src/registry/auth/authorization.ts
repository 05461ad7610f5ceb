import { MirrorError } from "../../errors.ts";
import { canonicalRegistry } from "../../oci/reference.ts";
import { parseChallenges, type Challenge } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import type { Credential } from "./credential.ts";
import { createFirstSignIn } from "./first-sign-in.ts";
import type { Headers } from "../http/headers.ts";
import { REJECTION_INTERVAL } from "../limits.ts";
import { isPrivate } from "../http/private-address.ts";
import { createTokenCache, type TokenAnswer } from "./token-cache.ts";
import { basicAuthorization } from "./token-exchange.ts";

/** What a request carries, and whether it was obtained just for it. */
export interface Authorized {
  /** The Authorization header; undefined as long as nobody asked for one. */
  value: string | undefined;
  fresh: boolean;
}

/** Signs in to one registry. */
export interface Authorization {
  /** What a request to a repository should carry, by what the registry asked for so far. */
  authorize(repository: string, signal?: AbortSignal): Promise<Authorized>;
  /** After a refusal: what to try instead, once; undefined where nothing better is to be had. */
  renew(refusal: Headers, repository: string, used: Authorized, signal?: AbortSignal): Promise<Authorized | undefined>;
  /** Whether the registry was given credentials. */
  signedIn(): boolean;
}

/** What {@link createAuthorization} needs. */
interface AuthorizationOptions {
  /** The registry's name, as errors say it. */
  registry: string;
  endpoint: URL;
  /** What we want to do: a source is only read. */
  actions: "pull" | "pull,push";
  credentials: Credentials;
  /** So many refusals of a credential that was never taken, and it is not shown again. */
  maxRefusals: number;
  clock: Parameters<typeof createTokenCache>[0];
  /** Asks a token server. */
  exchange(asked: {
    challenge: Challenge;
    scope: string;
    credential: Credential | undefined;
    signal: AbortSignal | undefined;
  }): Promise<TokenAnswer>;
  /** `GET /v2/`, for registries whose refusals name no challenge. */
  ping(signal: AbortSignal | undefined): Promise<Headers>;
}

/**
 * Answers a registry's challenges: a Bearer token for each scope, or Basic. Nothing is sent unasked.
 * Credentials are those of the host that is really asked, and never leave over plain HTTP.
 */
export function createAuthorization(options: AuthorizationOptions): Authorization {
  const { registry, endpoint, credentials, clock, exchange, ping } = options;
  // Another endpoint for docker.io is another party: it gets its own credentials or none.
  const host = canonicalRegistry(endpoint.host);
  const tokens = createTokenCache(clock);
  const signIn = createFirstSignIn(options.maxRefusals);
  const rejections = new Map<string, number>();
  let challenge: Challenge | undefined;
  let signedIn = false;

  async function credential(): Promise<Credential | undefined> {
    const found = isPrivate(endpoint) ? await credentials.lookup(host) : undefined;
    signedIn = found !== undefined;
    return found;
  }

  async function authorize(repository: string, signal?: AbortSignal): Promise<Authorized> {
    if (challenge === undefined) return { value: undefined, fresh: false };
    if (challenge.scheme === "basic") {
      const found = await credential();
      const value = found === undefined || "identityToken" in found ? undefined : basicAuthorization(found);
      return { value, fresh: true };
    }
    const asking = challenge;
    const scope = scopeOf(repository, asking);
    const token = await tokens.get(scope, (own) => obtain(asking, repository, scope, own), signal);
    return { value: `Bearer ${token.value}`, fresh: token.fresh };
  }

  async function obtain(
    asked: Challenge,
    repository: string,
    scope: string,
    signal: AbortSignal | undefined,
  ): Promise<TokenAnswer> {
    const found = await credential();
    try {
      const shown = () => exchange({ challenge: asked, scope, credential: found, signal });
      return found === undefined ? await shown() : await signIn.with(found, signal, shown);
    } catch (error) {
      if (!(error instanceof MirrorError) || error.operation !== "sign in to") throw error;
      if (found !== undefined && error.code === "UNAUTHORIZED") reject(JSON.stringify(found));
      // It may be the error of another repository that went first.
      throw error.with({ reference: `${registry}/${repository}` });
    }
  }

  /** The refusal may be about a repository alone: a helper is not started again for each name that is mistyped. */
  function reject(refused: string): void {
    const last = rejections.get(refused);
    if (last !== undefined && clock.now() - last < REJECTION_INTERVAL) return;
    rejections.set(refused, clock.now());
    credentials.rejected?.(host);
  }

  /** The scope that we need. A challenge's own is taken only where it is of another kind (public.ecr.aws: `aws`). */
  function scopeOf(repository: string, asked: Challenge): string {
    const offered = asked.parameters.get("scope");
    return offered === undefined || /^(?:repository|registry)[:(]/.test(offered)
      ? `repository:${repository}:${options.actions}`
      : offered;
  }

  return {
    authorize,
    async renew(refusal, repository, used, signal) {
      const named = choose(refusal) ?? challenge ?? choose(await ping(signal));
      if (named === undefined) return undefined;
      challenge = named;
      if (named.scheme === "basic") {
        if (used.value !== undefined) reject(used.value);
        const again = await authorize(repository, signal);
        return again.value === undefined || again.value === used.value ? undefined : again;
      }
      if (used.value !== undefined) {
        // The token server took the credential: it is the repository that is refused.
        if (used.fresh) return undefined;
        tokens.drop(scopeOf(repository, named), used.value.slice("Bearer ".length));
      }
      const again = await authorize(repository, signal);
      return { ...again, fresh: true };
    },
    signedIn: () => signedIn,
  };
}

/** Bearer where it is offered, or Basic. */
function choose(headers: Headers): Challenge | undefined {
  const offered = parseChallenges(headers["www-authenticate"]);
  return (
    offered.find(({ scheme, parameters }) => scheme === "bearer" && parameters.has("realm")) ??
    offered.find(({ scheme }) => scheme === "basic")
  );
}
