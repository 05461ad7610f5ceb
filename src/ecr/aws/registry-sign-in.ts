import { GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import type { Clock } from "../../clock.ts";
import { MirrorError } from "../../errors.ts";
import type { Credentials } from "../../registry/auth/credentials.ts";
import { isPrivate } from "../../registry/http/private-address.ts";
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

/** A token is renewed this long before it ends, in milliseconds: no upload that began with it should outlive it. */
const RENEWAL_MARGIN = 5 * 60_000;
/** ... but not before this part of its life is over: a sandbox gives seconds. */
const RENEWAL_PART = 0.5;

const OPERATION = "sign in to";

/**
 * Asks ECR for a token of its registry (GetAuthorizationToken).
 * @throws MirrorError UNEXPECTED_RESPONSE when the answer is no token, or its registry is plain HTTP off loopback
 */
export async function requestAuthorization(client: EcrClient, signal?: AbortSignal): Promise<Authorization> {
  const call = {
    operation: OPERATION,
    action: "GetAuthorizationToken",
    reference: "*",
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
    throw unexpected("ECR gave no registry token");
  if (expiresAt === undefined || Number.isNaN(expiresAt)) throw unexpected("ECR gave a registry token without an end");
  if (!isPrivate(endpoint)) throw unexpected(`ECR named a registry over plain HTTP: ${endpoint.host}`);
  return { username, password, endpoint, expiresAt };
}

/**
 * The registry's credentials, for its own host alone. Renewed before they end and after a rejection, by one request
 * however many ask at once; a renewal that fails is tried again by the next look-up.
 */
export function registryCredentials(
  first: Authorization,
  renew: () => Promise<Authorization>,
  clock: Clock,
): Credentials {
  let current: Promise<Authorization> | undefined = Promise.resolve(first);
  let renewAt = renewalTime(first, clock.now());

  const refresh = async (): Promise<Authorization> => {
    try {
      const renewed = await renew();
      renewAt = renewalTime(renewed, clock.now());
      return renewed;
    } catch (error) {
      current = undefined;
      throw error;
    }
  };
  return {
    async lookup(host) {
      if (host !== first.endpoint.host) return undefined;
      if (current === undefined || clock.now() >= renewAt) {
        renewAt = Number.POSITIVE_INFINITY;
        current = refresh();
      }
      const { username, password } = await current;
      return { username, password };
    },
    rejected(host) {
      // While a renewal is under way its result is what the next look-up gets anyway.
      if (host === first.endpoint.host && renewAt !== Number.POSITIVE_INFINITY) current = undefined;
    },
  };
}

function renewalTime(authorization: Authorization, now: number): number {
  const life = Math.max(0, authorization.expiresAt - now);
  return now + Math.max(life - RENEWAL_MARGIN, life * RENEWAL_PART);
}

function readEndpoint(text: string | undefined): URL | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) ? new URL(url.origin) : undefined;
}

/** Base64 of `AWS:password`. Only the first colon divides. */
function readToken(token: string | undefined): [string | undefined, string | undefined] {
  const text = Buffer.from(token ?? "", "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 1 || colon === text.length - 1
    ? [undefined, undefined]
    : [text.slice(0, colon), text.slice(colon + 1)];
}

function unexpected(message: string): MirrorError {
  return new MirrorError(message, {
    code: "UNEXPECTED_RESPONSE",
    side: "target",
    operation: OPERATION,
  });
}
