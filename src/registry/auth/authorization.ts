import { MirrorError } from "../../errors.ts";
import { canonicalRegistry } from "../../oci/reference.ts";
import { parseChallenges, type Challenge } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import type { Credential } from "./credential.ts";
import { createFirstSignIn } from "./first-sign-in.ts";
import type { Headers } from "../http/headers.ts";
import { REJECTION_INTERVAL } from "../limits.ts";
import { isConfidential } from "../http/private-address.ts";
import { createTokenCache, type TokenAnswer } from "./token-cache.ts";
import { basicAuthorization } from "./token-exchange.ts";

/** The authorization of a request, and whether it was obtained for this request. */
export interface Authorized {
  /** The Authorization header. Undefined until the registry asks for one. */
  value: string | undefined;
  fresh: boolean;
}

/** Signs in to one registry. */
export interface Authorization {
  /** Returns the authorization for a request to a repository, according to the registry's last challenge. */
  authorize(repository: string, signal?: AbortSignal): Promise<Authorized>;
  /** Returns a new authorization after a refusal. Undefined if there is none. */
  renew(refusal: Headers, repository: string, used: Authorized, signal?: AbortSignal): Promise<Authorized | undefined>;
  /** Whether credentials were found for the registry. */
  signedIn(): boolean;
}

/** Options of {@link createAuthorization}. */
interface AuthorizationOptions {
  /** The registry's name in errors. */
  registry: string;
  endpoint: URL;
  /** The actions to request in a token's scope. */
  actions: "pull" | "pull,push";
  credentials: Credentials;
  /** Most refusals of a credential that was never accepted, before it is not sent again. */
  maxRefusals: number;
  clock: Parameters<typeof createTokenCache>[0];
  /** Requests a token. */
  exchange(request: {
    challenge: Challenge;
    scope: string;
    credential: Credential | undefined;
    signal: AbortSignal | undefined;
  }): Promise<TokenAnswer>;
  /** Sends `GET /v2/`, for registries that refuse requests without a challenge. */
  ping(signal: AbortSignal | undefined): Promise<Headers>;
}

/**
 * Answers a registry's challenges with a Bearer token for each scope, or with Basic. Sends no credentials before a
 * challenge. Uses the credentials of the endpoint's host, and never sends them over plain HTTP to another machine.
 */
export function createAuthorization(options: AuthorizationOptions): Authorization {
  const { registry, endpoint, credentials, clock, exchange, ping } = options;
  // A different endpoint for docker.io has a different operator, so it gets its own credentials or none.
  const host = canonicalRegistry(endpoint.host);
  const tokens = createTokenCache(clock);
  const signIn = createFirstSignIn(options.maxRefusals);
  const rejections = new Map<string, number>();
  let challenge: Challenge | undefined;
  let signedIn = false;

  async function credential(): Promise<Credential | undefined> {
    const found = isConfidential(endpoint) ? await credentials.lookup(host) : undefined;
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
    const current = challenge;
    const scope = scopeOf(repository, current);
    const token = await tokens.get(scope, (tokenSignal) => obtain(current, repository, scope, tokenSignal), signal);
    return { value: `Bearer ${token.value}`, fresh: token.fresh };
  }

  async function obtain(
    answered: Challenge,
    repository: string,
    scope: string,
    signal: AbortSignal | undefined,
  ): Promise<TokenAnswer> {
    const found = await credential();
    try {
      const request = () => exchange({ challenge: answered, scope, credential: found, signal });
      return found === undefined ? await request() : await signIn.with(found, signal, request);
    } catch (error) {
      if (!(error instanceof MirrorError) || error.operation !== "sign in to") throw error;
      if (found !== undefined && error.code === "UNAUTHORIZED") reject(JSON.stringify(found));
      // A shared error may name the repository of another request.
      throw error.with({ reference: `${registry}/${repository}` });
    }
  }

  /**
   * Reports a refused credential. Limited in rate, so that a mistyped repository does not start the helper each time.
   */
  function reject(refused: string): void {
    const last = rejections.get(refused);
    if (last !== undefined && clock.monotonic() - last < REJECTION_INTERVAL) return;
    rejections.set(refused, clock.monotonic());
    credentials.rejected?.(host);
  }

  /**
   * Returns the scope to request. The challenge's own is used only if it is of another kind (public.ecr.aws: `aws`).
   */
  function scopeOf(repository: string, answered: Challenge): string {
    const offered = answered.parameters.get("scope");
    return offered === undefined || /^(?:repository|registry)[:(]/.test(offered)
      ? `repository:${repository}:${options.actions}`
      : offered;
  }

  return {
    authorize,
    async renew(refusal, repository, used, signal) {
      const next = select(refusal) ?? challenge ?? select(await ping(signal));
      if (next === undefined) return undefined;
      challenge = next;
      if (next.scheme === "basic") {
        if (used.value !== undefined) reject(used.value);
        const renewed = await authorize(repository, signal);
        return renewed.value === undefined || renewed.value === used.value ? undefined : renewed;
      }
      if (used.value !== undefined) {
        // The token server accepted the credential, so the refusal is about the repository.
        if (used.fresh) return undefined;
        tokens.drop(scopeOf(repository, next), used.value.slice("Bearer ".length));
      }
      const renewed = await authorize(repository, signal);
      return { ...renewed, fresh: true };
    },
    signedIn: () => signedIn,
  };
}

/** Selects the challenge to answer: Bearer if it is offered, otherwise Basic. */
function select(headers: Headers): Challenge | undefined {
  const offered = parseChallenges(headers["www-authenticate"]);
  return (
    offered.find(({ scheme, parameters }) => scheme === "bearer" && parameters.has("realm")) ??
    offered.find(({ scheme }) => scheme === "basic")
  );
}
