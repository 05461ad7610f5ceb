import type { ECRClientConfig } from "@aws-sdk/client-ecr";
import { fromIni, fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { MirrorError } from "../../errors.ts";
import type { EcrContext } from "../aws/ecr-context.ts";
import { readFailure } from "../aws/aws-failure.ts";
import { checkProfile } from "./allowed-profile.ts";
import { containerAgentError } from "./container-agent.ts";
import { credentialError } from "./credential-error.ts";
import { sdkEndpoints } from "../endpoints/endpoint-variant.ts";
import { isConfigured } from "./no-credentials.ts";
import { endpointFrom } from "../endpoints/service-endpoint.ts";
import { createRequestHandler, type RequestHandler } from "../aws/request-handler.ts";
import type { EndpointVariant } from "../../registry/hosts/ecr-host.ts";
import type { EcrSettings } from "../ecr-settings.ts";

type Provider = Extract<NonNullable<ECRClientConfig["credentials"]>, (...properties: never[]) => unknown>;

/** The session name that CloudTrail shows next to the role. */
const SESSION_NAME = "mirrorform";
/** Attempts per request to STS or SSO. The ECR call that needs the credentials is retried as a whole. */
const MAX_ATTEMPTS = 1;

/**
 * Provides AWS credentials: the keys in the given environment, or else the SDK's own chain (shared config, SSO, web
 * identity, containers, instances) with the profile. Then assumes the role, if the mirror file names one.
 * Requests to STS and SSO use the given dispatcher. There is no request before the first call.
 * Rejects with MirrorError, side `credentials`: NO_CREDENTIALS, EXPIRED_CREDENTIALS, DENIED, UNAUTHORIZED, or a network code.
 * @throws MirrorError NO_CREDENTIALS if the mirror file must not name its profile
 */
export function awsCredentials(
  settings: EcrSettings,
  region: string,
  variant: EndpointVariant,
  context: EcrContext,
): Provider {
  const { environment } = context;
  if (settings.profile !== undefined) checkProfile(settings.profile, environment);
  const requestHandler = createRequestHandler({ ...context, side: "credentials" });
  const profile = settings.profile ?? (environment["AWS_PROFILE"] || undefined);
  const base =
    profile === undefined
      ? (keysFrom(environment) ?? chain(requestHandler, variant))
      : chain(requestHandler, variant, { name: profile, isConfigured: isConfigured(profile, environment) });
  const { role } = settings;
  if (role === undefined) return withMirrorErrors(base, { profile }, environment);
  const endpoint = endpointFrom(environment, "STS");
  const assumed = fromTemporaryCredentials({
    masterCredentials: withMirrorErrors(base, { profile }, environment),
    params: { RoleArn: role, RoleSessionName: SESSION_NAME },
    clientConfig: {
      region,
      requestHandler,
      maxAttempts: MAX_ATTEMPTS,
      ...sdkEndpoints(variant),
      ...(endpoint === undefined ? {} : { endpoint }),
    },
    logger: SILENT,
  });
  return withMirrorErrors(assumed, { profile, role }, environment);
}

/** Without a logger, the SDK prints its warnings. */
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

function silent(): void {
  // Nothing below cli/ prints.
}

/**
 * Returns the SDK's own chain. It gets no Region: the profile has one for SSO, and web identity uses the calling client's.
 * The chain reports a failed connection as missing credentials. This function reports the connection's error instead.
 * @param profile if it says where its credentials come from, the rest of the chain is left out, as in the AWS CLI: it
 *   would run a failing `credential_process` again, hide the error, and end with another identity
 */
function chain(
  requestHandler: RequestHandler,
  variant: EndpointVariant,
  profile?: { name: string; isConfigured: boolean },
): Provider {
  let connectionFailure: MirrorError | undefined;
  const recordingHandler: RequestHandler = {
    ...requestHandler,
    async handle(request, options) {
      try {
        return await requestHandler.handle(request, options);
      } catch (error) {
        if (error instanceof MirrorError) connectionFailure = error;
        throw error;
      }
    },
  };
  const options = {
    clientConfig: { requestHandler: recordingHandler, maxAttempts: MAX_ATTEMPTS, ...sdkEndpoints(variant) },
    logger: SILENT,
    ...(profile === undefined ? {} : { profile: profile.name }),
  };
  const provider = profile?.isConfigured === true ? fromIni(options) : fromNodeProviderChain(options);
  return async (properties) => {
    connectionFailure = undefined;
    try {
      return await provider(properties);
    } catch (error) {
      throw connectionFailure ?? error;
    }
  };
}

/** Reads the keys from the given environment. The SDK's chain would read the environment of the process. */
function keysFrom(environment: EcrContext["environment"]): Provider | undefined {
  const accessKeyId = environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = environment["AWS_SESSION_TOKEN"];
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  return async () => keys;
}

/** Turns errors of a provider into {@link MirrorError}s. */
function withMirrorErrors(
  provider: Provider,
  identity: { profile: string | undefined; role?: string },
  environment: EcrContext["environment"],
): Provider {
  return async (properties) => {
    try {
      return await provider(properties);
    } catch (error) {
      // An error of the configuration of endpoints, which the caller explains.
      if (readFailure(error).name === "EndpointError") throw error;
      const mirrorError = credentialError(error, identity, environment);
      // With a profile, the container's agent is not the source of the credentials.
      const isChainEmpty =
        mirrorError.code === "NO_CREDENTIALS" && identity.profile === undefined && error !== mirrorError;
      throw (isChainEmpty ? await containerAgentError(environment) : undefined) ?? mirrorError;
    }
  };
}
