import { MirrorError } from "../errors.ts";
import { canonicalRegistry } from "../oci/reference.ts";
import { parseChallenges, type Challenge } from "./challenge.ts";
import type { Credential, Credentials } from "./credentials.ts";
import type { Headers } from "./headers.ts";
import { isPrivate } from "./loopback.ts";
import { createFirstSignIn } from "./first-sign-in.ts";
import { createTokenCache, type TokenAnswer } from "./token-cache.ts";
import { basicAuthorization } from "./token-exchange.ts";

/** What a request carries, and whether it was obtained just for it. */
export interface Authorized {
  /** The Authorization header; undefined as long as nobody asked for one. */
  value: string | undefined;
  fresh: boolean;
}

export interface Authorization {
  /** What a request to a repository should carry, by what the registry asked for so far. */
  authorize(repository: string, signal?: AbortSignal): Promise<Authorized>;
  /** After a refusal: what to try instead, once; undefined where nothing better is to be had. */
  renew(refusal: Headers, repository: string, used: Authorized, signal?: AbortSignal): Promise<Authorized | undefined>;
  /** Whether the registry was given credentials. */
  signedIn(): boolean;
}

export interface AuthorizationOptions {
  endpoint: URL;
  /** What we want to do: a source is only read. */
  actions: "pull" | "pull,push";
  credentials: Credentials;
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
  const { endpoint, credentials, exchange, ping } = options;
  // Another endpoint for docker.io is another party: it gets its own credentials or none.
  const host = canonicalRegistry(endpoint.host);
  const tokens = createTokenCache(options.clock);
  const signIn = createFirstSignIn();
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
    const token = await tokens.get(scope, (own) => obtain(asking, scope, own), signal);
    return { value: `Bearer ${token.value}`, fresh: token.fresh };
  }

  async function obtain(asked: Challenge, scope: string, signal: AbortSignal | undefined): Promise<TokenAnswer> {
    const found = await credential();
    try {
      const shown = () => exchange({ challenge: asked, scope, credential: found, signal });
      return found === undefined ? await shown() : await signIn.with(found, signal, shown);
    } catch (error) {
      if (found !== undefined && error instanceof MirrorError && error.code === "UNAUTHORIZED") {
        credentials.rejected?.(host);
      }
      throw error;
    }
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
        if (used.value !== undefined) credentials.rejected?.(host);
        const again = await authorize(repository, signal);
        return again.value === undefined || again.value === used.value ? undefined : again;
      }
      if (used.value !== undefined) {
        if (used.fresh) {
          credentials.rejected?.(host);
          return undefined;
        }
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
