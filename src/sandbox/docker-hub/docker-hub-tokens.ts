/** Docker Hub's token server. docs.docker.com/reference/api/registry/auth */
import { json, refuse, send, text, type Answer, type RequestHandler } from "../http/answer.ts";
import type { WallClock } from "../wall-clock.ts";
import type { DockerHubQuirks } from "./docker-hub-quirks.ts";
import { readTarget } from "../http/request-target.ts";
import type { Store } from "../registry/registry-store.ts";

/** An account that can sign in. */
export interface Account {
  username: string;
  /** A password or an access token. The sandbox treats both the same. */
  password: string;
}

/** What a token grants. */
export interface Grant {
  /** The token's ID, `dckr_jti_…`. */
  id: string;
  /** Undefined for an anonymous token. */
  username: string | undefined;
  /** As requested: `repository:library/python:pull`. */
  scopes: string[];
  expiresAt: Date;
}

/** `auth.docker.io`. */
export interface TokenServer {
  handle: RequestHandler;
  /** Returns the grant of a token, expired or not. Undefined for a token that was never issued. */
  grantOf(token: string): Grant | undefined;
}

/** What {@link createTokenServer} needs. */
interface TokenServerOptions {
  accounts: readonly Account[];
  lifetimeSeconds: number;
  quirks: DockerHubQuirks;
  clock: WallClock;
  store: Store;
}

/** The `service` of the challenge and of the tokens (docs.docker.com/reference/api/registry/auth). */
export const SERVICE = "registry.docker.io";
/** The lifetime that a client must assume if the answer has no `expires_in`. */
const LIFETIME_WITHOUT_EXPIRY_SECONDS = 60;
/** Wrong passwords before a username is locked out. The real number is not documented. */
const MAX_FAILED_LOGINS = 5;
const LOCKOUT_MILLISECONDS = 10 * 60 * 1000;

/** Creates a server that issues tokens, including anonymous ones. Wrong credentials are answered with 401. Tokens are numbered. */
export function createTokenServer(options: TokenServerOptions): TokenServer {
  const { accounts, quirks, clock, store } = options;
  const grants = new Map<string, Grant>();
  const failures = new Map<string, Date[]>();

  const isLockedOut = (username: string): boolean => {
    const since = clock().getTime() - LOCKOUT_MILLISECONDS;
    const recent = (failures.get(username) ?? []).filter((at) => at.getTime() > since);
    failures.set(username, recent);
    return quirks["docker-hub-login-lockout"] && recent.length >= MAX_FAILED_LOGINS;
  };

  const answer = (authorization: string | undefined, query: URLSearchParams): Answer => {
    const credentials = authorization === undefined ? undefined : basicCredentials(authorization);
    if (authorization !== undefined && credentials === undefined) return wrongCredentials();
    if (credentials !== undefined) {
      const { username, password } = credentials;
      if (isLockedOut(username)) return text(429, "too many failed login attempts for username or IP address\n");
      if (!accounts.some((account) => account.username === username && account.password === password)) {
        failures.set(username, [...(failures.get(username) ?? []), clock()]);
        return wrongCredentials();
      }
    }
    const scopes = query
      .getAll("scope")
      .flatMap((scope) => scope.split(" "))
      .filter(Boolean);
    if (!quirks["docker-hub-always-issues-a-token"] && !scopes.every((scope) => isServed(store, scope))) {
      return json(403, { details: "no access to the requested scope" });
    }
    return issue(credentials?.username, scopes);
  };

  const issue = (username: string | undefined, scopes: string[]): Answer => {
    const now = clock();
    const includesExpiry = !quirks["docker-hub-token-without-expiry"];
    const lifetime = includesExpiry
      ? options.lifetimeSeconds
      : Math.min(options.lifetimeSeconds, LIFETIME_WITHOUT_EXPIRY_SECONDS);
    const number = String(grants.size + 1);
    const token = `sandbox-token-${number}`;
    const id = `dckr_jti_${number.padStart(22, "0")}`;
    grants.set(token, { id, username, scopes, expiresAt: new Date(now.getTime() + lifetime * 1000) });
    return json(200, {
      ...(quirks["docker-hub-access-token-only"] ? {} : { token }),
      access_token: token,
      ...(includesExpiry ? { expires_in: lifetime } : {}),
      issued_at: now.toISOString(),
    });
  };

  return {
    grantOf: (token) => grants.get(token),
    async handle(request, response) {
      const { path, query } = readTarget(request.url);
      if (path !== "/token") return send(response, refuse(404, "UNSUPPORTED", "no such endpoint"));
      if (request.method !== "GET") return send(response, refuse(405, "UNSUPPORTED", "use GET"));
      send(response, answer(request.headers.authorization, query));
    },
  };
}

/** Checks whether a scope requests only pulls from a public repository. */
function isServed(store: Store, scope: string): boolean {
  const match = /^repository:(.+):pull$/.exec(scope);
  return match?.[1] !== undefined && store.repository(match[1]) !== undefined;
}

function basicCredentials(authorization: string): Account | undefined {
  const encoded = /^basic ([a-z0-9+/]+=*)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, "base64").toString();
  const colon = decoded.indexOf(":");
  return colon < 0 ? undefined : { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function wrongCredentials(): Answer {
  return json(401, { details: "incorrect username or password" });
}
