import { fromHttp } from "@aws-sdk/credential-providers";

import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";

/** What the SDK says of an answer without keys (@aws-sdk/credential-provider-http, `getCredentials`). */
const ANSWERED = /^Server responded with status: (\d{3})$/;

/**
 * Asks the credentials agent of the container (ECS, EKS Pod Identity, Greengrass) once more, for why it gave no keys:
 * the SDK's chain loses that, as it throws what the link behind the agent says.
 * @param environment names the agent, or there is none to ask
 * @returns undefined when no agent is named, when it does not answer, or when by now it gives keys
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
      // The chain has asked four times.
      maxRetries: 0,
      logger: SILENT,
    })();
    return undefined;
  } catch (error) {
    const [, status] = (error instanceof Error && ANSWERED.exec(error.message)) || [];
    return status === undefined ? undefined : refused(Number(status), error);
  }
}

/** Without the agent's own words: they may have anything of the container in them. Not to be retried: it was asked often. */
function refused(status: number, cause: unknown): MirrorError {
  const isFault = status >= 500;
  const verb = isFault ? "could not give" : "refused to give";
  return new MirrorError(`the container's credentials agent ${verb} AWS credentials: it answered ${status}`, {
    code: status === 429 ? "TOO_MANY_REQUESTS" : isFault ? "SERVER_ERROR" : "UNAUTHORIZED",
    side: "credentials",
    operation: "find AWS credentials",
    hint: isFault
      ? "try again later; the log of the agent (ECS, EKS Pod Identity) says why"
      : "look at the role of the task or pod, at who may assume it, and at AWS_CONTAINER_CREDENTIALS_… and AWS_CONTAINER_AUTHORIZATION_TOKEN…; the agent's log says why",
    cause,
  });
}

const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

function silent(): void {
  // Nothing below cli/ prints.
}
