import type { ECRClientConfig } from "@aws-sdk/client-ecr";
import { fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { MirrorError } from "../../errors.ts";
import type { EcrContext } from "./ecr-context.ts";
import { containerAgentError } from "./container-agent.ts";
import { credentialError } from "./credential-error.ts";
import { endpointFrom } from "./service-endpoint.ts";
import { createRequestHandler, type RequestHandler } from "./request-handler.ts";
import type { EcrSettings } from "../ecr-settings.ts";

type Provider = Extract<NonNullable<ECRClientConfig["credentials"]>, (...properties: never[]) => unknown>;

/** What CloudTrail shows beside the role. */
const SESSION_NAME = "mirrorform";
/** Of one request to STS or SSO. The ECR call that needed it is repeated as a whole. */
const MAX_ATTEMPTS = 1;

/**
 * Who mirrorform is at AWS: the keys in the given environment, else the SDK's own chain (shared config, SSO, web identity,
 * containers, instances) with the profile; and on top of it the role that the mirror file names.
 * STS and SSO are asked through the given dispatcher. Nothing is asked before the first call.
 * Rejects with MirrorError, side `credentials`: NO_CREDENTIALS, EXPIRED_CREDENTIALS, DENIED, UNAUTHORIZED, or a network code.
 */
export function awsCredentials(settings: EcrSettings, region: string, context: EcrContext): Provider {
  const { environment } = context;
  const requestHandler = createRequestHandler({ ...context, side: "credentials" });
  const profile = settings.profile ?? (environment["AWS_PROFILE"] || undefined);
  const base =
    profile === undefined ? (keysFrom(environment) ?? chain(requestHandler)) : chain(requestHandler, profile);
  const { role } = settings;
  if (role === undefined) return named(base, { profile }, environment);
  const endpoint = endpointFrom(environment, "STS");
  const assumed = fromTemporaryCredentials({
    masterCredentials: named(base, { profile }, environment),
    params: { RoleArn: role, RoleSessionName: SESSION_NAME },
    clientConfig: {
      region,
      requestHandler,
      maxAttempts: MAX_ATTEMPTS,
      ...(endpoint === undefined ? {} : { endpoint }),
    },
    logger: SILENT,
  });
  return named(assumed, { profile, role }, environment);
}

/** The SDK warns on the console unless it is given a logger. */
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

function silent(): void {
  // Nothing below cli/ prints.
}

/**
 * The SDK's own chain. Without a Region: SSO has one of its own in the profile, and web identity takes that of the calling client.
 * Its links tell a connection that failed as "no credentials": what really happened is kept, and told instead.
 */
function chain(requestHandler: RequestHandler, profile?: string): Provider {
  let broken: MirrorError | undefined;
  const remembering: RequestHandler = {
    ...requestHandler,
    async handle(request, options) {
      try {
        return await requestHandler.handle(request, options);
      } catch (error) {
        if (error instanceof MirrorError) broken = error;
        throw error;
      }
    },
  };
  const provider = fromNodeProviderChain({
    clientConfig: { requestHandler: remembering, maxAttempts: MAX_ATTEMPTS },
    logger: SILENT,
    ...(profile === undefined ? {} : { profile }),
  });
  return async (properties) => {
    broken = undefined;
    try {
      return await provider(properties);
    } catch (error) {
      throw broken ?? error;
    }
  };
}

/** The chain's first link, read from the given environment and not from the process's. */
function keysFrom(environment: EcrContext["environment"]): Provider | undefined {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  return async () => keys;
}

function named(
  provider: Provider,
  who: { profile: string | undefined; role?: string },
  environment: EcrContext["environment"],
): Provider {
  return async (properties) => {
    try {
      return await provider(properties);
    } catch (error) {
      const told = credentialError(error, who);
      // A profile is asked for by name: an agent beside it is not what is missing.
      const isEmpty = told.code === "NO_CREDENTIALS" && who.profile === undefined && error !== told;
      throw (isEmpty ? await containerAgentError(environment) : undefined) ?? told;
    }
  };
}
