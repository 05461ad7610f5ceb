import pLimit from "p-limit";
import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import { describeRepository } from "./describe-repository.ts";
import type { RepositorySettings, RepositoryState } from "../../repository/settings.ts";

/** Maximum number of repositories to describe concurrently, each with up to two calls. ECR publishes no rate for these calls. */
export const DESCRIBE_CONCURRENCY = 4;

/**
 * Describes the repositories that exist. The map omits those that do not. A repository that cannot be described maps to
 * its error, because permissions often cover only some repositories.
 *
 * Each repository gets its own call. A call with several names fails if one does not exist, and listing needs permission
 * on all repositories of the account, of which there may be 100,000. Tags and policies need calls per repository anyway.
 * @param wanted the declared settings by repository; policies that the mirror file does not manage are not read
 * @param owner the mirror file; policies of repositories that it does not own are not read
 * @throws MirrorError for a failure that affects all repositories: credentials, the network, an abort
 */
export async function describeRepositories(
  client: EcrClient,
  wanted: ReadonlyMap<string, RepositorySettings>,
  owner: string,
  signal?: AbortSignal,
): Promise<Map<string, RepositoryState | MirrorError>> {
  const limit = pLimit(DESCRIBE_CONCURRENCY);
  // A failure that affects all repositories aborts the remaining calls.
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const described = await Promise.all(
    [...wanted].map(([name, settings]) =>
      limit(async () => {
        try {
          return [name, await describeRepository(client, name, settings, owner, either)] as const;
        } catch (error) {
          if (error instanceof MirrorError && !either.aborted && !affectsAll(error)) return [name, error] as const;
          failed.abort(error);
          throw error;
        }
      }),
    ),
  );
  return new Map(described.flatMap(([name, state]) => (state === undefined ? [] : [[name, state]])));
}

/** Codes of failures that are not specific to one repository. */
const SHARED_FAILURES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["UNREACHABLE", "TLS", "USAGE"]);

function affectsAll(error: MirrorError): boolean {
  return error.side === "credentials" || SHARED_FAILURES.has(error.code);
}
