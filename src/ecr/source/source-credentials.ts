import type { Credentials } from "../../registry/auth/credentials.ts";
import type { Credential } from "../../registry/auth/credential.ts";
import { MirrorError } from "../../errors.ts";
import { isSameEcr, readEcrHost } from "../../registry/hosts/ecr-host.ts";
import type { EcrContext } from "../aws/ecr-context.ts";

/**
 * Provides credentials for an ECR as a source: Docker's credentials for its host, or else a token from the AWS
 * credentials of the environment, in the Region in the host name. A token of GetAuthorizationToken is valid for the
 * registries of all accounts that grant the caller access. It is sent only to hosts of this registry, or to the registry
 * that ECR returned with it, because a custom endpoint may belong to another party. Docker's credentials for the
 * registry's own name also count at its dual-stack and FIPS hosts.
 * @param registry the registry's own name; for anything but an ECR, only Docker's credentials are used
 * @param signal aborts every request for a token
 */
export function ecrSourceCredentials(
  registry: string,
  docker: Credentials,
  context: EcrContext,
  signal: AbortSignal,
): Credentials {
  const region = readEcrHost(registry)?.region;
  if (region === undefined) return docker;
  let opened: ReturnType<typeof open> | undefined;

  async function open(awsRegion: string): Promise<{ host: string; tokens: Credentials }> {
    // Loads the AWS SDK only when needed, because that is slow.
    const [{ createClient }, { registryCredentials, requestAuthorization }] = await Promise.all([
      import("../aws/ecr-client.ts"),
      import("../aws/registry-sign-in.ts"),
    ]);
    const client = createClient({}, awsRegion, context);
    const authorization = await requestAuthorization(client, signal);
    const tokens = registryCredentials(authorization, () => requestAuthorization(client, signal), context.clock);
    return { host: authorization.endpoint.host, tokens };
  }

  async function fromAws(host: string, awsRegion: string): Promise<Credential | undefined> {
    try {
      opened ??= open(awsRegion);
      const own = await opened;
      return isOwn(host) || host === own.host ? await own.tokens.lookup(own.host) : undefined;
    } catch (error) {
      opened = undefined;
      throw error instanceof MirrorError && error.side === "target" ? error.with({ side: "source" }) : error;
    }
  }

  const isOwn = (host: string): boolean => host === registry || isSameEcr(host, registry);

  async function fromDocker(host: string): Promise<Credential | undefined> {
    return (await docker.lookup(host)) ?? (isOwn(host) && host !== registry ? docker.lookup(registry) : undefined);
  }

  return {
    lookup: async (host) => (await fromDocker(host)) ?? fromAws(host, region),
    rejected(host) {
      docker.rejected?.(host);
      if (isOwn(host) && host !== registry) docker.rejected?.(registry);
      opened?.then(
        ({ host: own, tokens }) => tokens.rejected?.(own),
        () => {},
      );
    },
  };
}
