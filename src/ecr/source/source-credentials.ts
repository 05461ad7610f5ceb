import type { Credentials } from "../../registry/auth/credentials.ts";
import type { Credential } from "../../registry/auth/credential.ts";
import { MirrorError } from "../../errors.ts";
import { ecrRegionOf } from "../../registry/hosts/registry-kind.ts";
import type { EcrContext } from "../aws/ecr-context.ts";

/**
 * Credentials for an ECR that images come from: Docker's where there are some for its host, else a token of the AWS
 * credentials that the environment has, in the Region that the host names (GetAuthorizationToken; its token opens the registries of
 * all accounts that let the caller in). The token goes to that host, or to the registry that ECR itself named with it,
 * and to no other: an endpoint that stands for the registry is another party.
 * @param registry the registry's own name; of an ECR, or Docker's credentials are all there is
 * @param signal ends every request for a token
 */
export function ecrSourceCredentials(
  registry: string,
  docker: Credentials,
  context: EcrContext,
  signal: AbortSignal,
): Credentials {
  const region = ecrRegionOf(registry);
  if (region === undefined) return docker;
  let opened: ReturnType<typeof open> | undefined;

  async function open(asked: string): Promise<{ host: string; tokens: Credentials }> {
    // The AWS SDK takes a while to load: only for those who need it.
    const [{ createClient }, { registryCredentials, requestAuthorization }] = await Promise.all([
      import("../aws/ecr-client.ts"),
      import("../aws/registry-sign-in.ts"),
    ]);
    const client = createClient({}, asked, context);
    const authorization = await requestAuthorization(client, signal);
    const tokens = registryCredentials(authorization, () => requestAuthorization(client, signal), context.clock);
    return { host: authorization.endpoint.host, tokens };
  }

  async function fromAws(host: string, asked: string): Promise<Credential | undefined> {
    try {
      opened ??= open(asked);
      const own = await opened;
      return host === registry || host === own.host ? await own.tokens.lookup(own.host) : undefined;
    } catch (error) {
      opened = undefined;
      throw error instanceof MirrorError && error.side === "target" ? error.with({ side: "source" }) : error;
    }
  }

  return {
    lookup: async (host) => (await docker.lookup(host)) ?? fromAws(host, region),
    rejected(host) {
      docker.rejected?.(host);
      opened?.then(
        ({ host: own, tokens }) => tokens.rejected?.(own),
        () => {},
      );
    },
  };
}
