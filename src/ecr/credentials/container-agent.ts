import { fromHttp } from "@aws-sdk/credential-providers";

import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { parseUrl } from "../../parse-url.ts";

/** The SDK's message for an error response (@aws-sdk/credential-provider-http, `getCredentials`). */
const ERROR_STATUS = /^Server responded with status: (\d{3})$/;

/**
 * Requests credentials from the container's agent (ECS, EKS Pod Identity, Greengrass) once more, to find out why it
 * returned none. The SDK's chain discards that error and throws the one of the next provider.
 * @param environment names the agent
 * @returns undefined if the environment names no agent, or it now returns credentials
 */
export async function containerAgentError(environment: Environment): Promise<MirrorError | undefined> {
  const relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  if (!relative && !full) return undefined;
  const tokenFile = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"];
  try {
    await fromHttp({
      ...(relative ? { awsContainerCredentialsRelativeUri: relative } : { awsContainerCredentialsFullUri: full ?? "" }),
      ...(tokenFile ? { awsContainerAuthorizationTokenFile: tokenFile } : {}),
      ...(token ? { awsContainerAuthorizationToken: token } : {}),
      // The chain has already made four attempts.
      maxRetries: 0,
      logger: SILENT,
    })();
    return undefined;
  } catch (error) {
    const [, status] = (error instanceof Error && ERROR_STATUS.exec(error.message)) || [];
    return status === undefined ? noAnswer(error, { relative, full, tokenFile }) : agentError(Number(status), error);
  }
}

/** The address of the agent of ECS (@aws-sdk/credential-provider-http). */
const ECS_AGENT = "169.254.170.2";

function noAnswer(
  cause: unknown,
  { relative, full, tokenFile }: Readonly<Record<"relative" | "full" | "tokenFile", string | undefined>>,
): MirrorError {
  const error = (message: string, hint: string): MirrorError =>
    new MirrorError(message, {
      code: "NO_CREDENTIALS",
      side: "credentials",
      operation: "find AWS credentials",
      hint,
      cause,
    });
  if (tokenFile && cause instanceof Error && "code" in cause && "path" in cause) {
    return error(
      "the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read",
      "check AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, and the service account of the pod",
    );
  }
  const url = parseUrl(relative ? `http://${ECS_AGENT}${relative}` : (full ?? ""));
  if (url === undefined || (cause instanceof Error && cause.message.startsWith("URL not accepted"))) {
    return error(
      "AWS_CONTAINER_CREDENTIALS_FULL_URI is not the URL of a container's credentials agent",
      "use an https:// URL, or http:// on this machine or at the agent of ECS or EKS",
    );
  }
  return error(
    `the container's credentials agent at ${url.host} did not respond with AWS credentials`,
    "check that the agent (ECS, EKS Pod Identity) runs and that this container may reach it; its log has the reason",
  );
}

/** Omits the agent's own message, which may contain details of the container. Not retryable: the chain has retried. */
function agentError(status: number, cause: unknown): MirrorError {
  const isFault = status >= 500;
  const verb = isFault ? "failed to provide" : "refused to provide";
  return new MirrorError(`the container's credentials agent ${verb} AWS credentials (status ${status})`, {
    code: status === 429 ? "TOO_MANY_REQUESTS" : isFault ? "SERVER_ERROR" : "UNAUTHORIZED",
    side: "credentials",
    operation: "load AWS credentials",
    hint: isFault
      ? "retry later, and see the log of the agent (ECS, EKS Pod Identity) for the reason"
      : "check the role of the task or pod, its trust policy, and AWS_CONTAINER_CREDENTIALS_… and AWS_CONTAINER_AUTHORIZATION_TOKEN…; the agent's log has the reason",
    cause,
  });
}

const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

function silent(): void {
  // Nothing below cli/ prints.
}
