import { GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import type { Clock } from "../../clock.ts";
import { MirrorError } from "../../errors.ts";
import { parseHttpUrl, urlAt } from "../../parse-url.ts";
import type { Credentials } from "../../registry/auth/credentials.ts";
import { withVariant } from "../../registry/hosts/ecr-host.ts";
import { metadataProblem } from "../../registry/http/metadata-address.ts";
import { isConfidential } from "../../registry/http/private-address.ts";
import type { EcrClient } from "./ecr-client.ts";

/** Docker credentials for the registry of one account and Region. */
export interface Authorization {
  username: string;
  password: string;
  /** Origin of the registry, without a path. */
  endpoint: URL;
  /** Milliseconds since 1970. ECR gives 12 hours. */
  expiresAt: number;
}

/** Time before expiry at which a token is renewed, in milliseconds, so that it does not expire during an upload. */
const RENEWAL_MARGIN = 5 * 60_000;
/** The part of its lifetime for which a token is always used. In the sandbox, tokens live for seconds. */
const MIN_USED_LIFETIME = 0.5;

const OPERATION = "sign in to";

/**
 * Requests a registry token from ECR (GetAuthorizationToken).
 * @throws MirrorError UNEXPECTED_RESPONSE if the response has no token, or its registry uses plain HTTP off loopback
 */
export async function requestAuthorization(client: EcrClient, signal?: AbortSignal): Promise<Authorization> {
  const call = {
    operation: OPERATION,
    action: "GetAuthorizationToken",
    reference: client.registry,
    resource: "*",
    refusal: "UNEXPECTED_RESPONSE",
  } as const;
  const answer = await client.call(call, signal, (sdk, options) =>
    sdk.send(new GetAuthorizationTokenCommand({}), options),
  );
  const data = answer.authorizationData?.[0];
  const endpoint = readEndpoint(data?.proxyEndpoint);
  const [username, password] = readToken(data?.authorizationToken);
  const expiresAt = data?.expiresAt?.getTime();
  if (endpoint === undefined || username === undefined || password === undefined)
    throw unexpected(client, "ECR returned no registry token");
  if (expiresAt === undefined || Number.isNaN(expiresAt))
    throw unexpected(client, "ECR returned a registry token without an expiry time");
  if (!isConfidential(endpoint))
    throw unexpected(client, `ECR returned a registry that uses plain HTTP: ${endpoint.host}`);
  const metadata = metadataProblem(endpoint);
  if (metadata !== undefined) throw unexpected(client, `ECR returned a registry that is not one: ${metadata}`);
  // ECR may return the standard host to a dual-stack or FIPS request. The token is valid at every host of the registry.
  endpoint.hostname = withVariant(endpoint.hostname, client.variant);
  return { username, password, endpoint, expiresAt };
}

/**
 * Returns the registry's credentials, for its own host only. They are renewed before they expire and after a rejection.
 * Concurrent lookups share one renewal. If it fails, the next lookup retries.
 */
export function registryCredentials(
  first: Authorization,
  renew: () => Promise<Authorization>,
  clock: Clock,
): Credentials {
  let current: Promise<Authorization> | undefined = Promise.resolve(first);
  let renewAt = renewalTime(first, clock);

  const refresh = async (): Promise<Authorization> => {
    try {
      const renewed = await renew();
      renewAt = renewalTime(renewed, clock);
      return renewed;
    } catch (error) {
      current = undefined;
      throw error;
    }
  };
  return {
    async lookup(host) {
      if (host !== first.endpoint.host) return undefined;
      if (current === undefined || clock.monotonic() >= renewAt) {
        renewAt = Number.POSITIVE_INFINITY;
        current = refresh();
      }
      const { username, password } = await current;
      return { username, password };
    },
    rejected(host) {
      // During a renewal, the next lookup gets its result anyway.
      if (host === first.endpoint.host && renewAt !== Number.POSITIVE_INFINITY) current = undefined;
    },
  };
}

/** Returns when to renew an authorization that was just received, on the monotonic clock. */
function renewalTime(authorization: Authorization, clock: Clock): number {
  const lifetime = Math.max(0, authorization.expiresAt - clock.now());
  return clock.monotonic() + Math.max(lifetime - RENEWAL_MARGIN, lifetime * MIN_USED_LIFETIME);
}

function readEndpoint(text: string | undefined): URL | undefined {
  const url = parseHttpUrl(text ?? "");
  return url === undefined ? undefined : urlAt(url, "/");
}

/** Decodes `AWS:password` from Base64. The password may contain colons. */
function readToken(token: string | undefined): [string | undefined, string | undefined] {
  const text = Buffer.from(token ?? "", "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 1 || colon === text.length - 1
    ? [undefined, undefined]
    : [text.slice(0, colon), text.slice(colon + 1)];
}

function unexpected({ registry }: EcrClient, message: string): MirrorError {
  return new MirrorError(message, {
    code: "UNEXPECTED_RESPONSE",
    side: "target",
    operation: OPERATION,
    reference: registry,
  });
}
