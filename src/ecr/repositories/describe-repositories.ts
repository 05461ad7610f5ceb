import pLimit from "p-limit";
import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import { describeRepository } from "./describe-repository.ts";
import type { RepositorySettings, RepositoryState } from "../../repository/settings.ts";

/** Repositories described at a time, each with up to two calls in flight. ECR publishes no rate for them. */
export const DESCRIBE_CONCURRENCY = 4;

/**
 * Describes the repositories that exist; absent names are missing from the map, and one that could not be described
 * has its error there: a grant is often on some repositories alone.
 *
 * Each name is asked for by itself. A call with several names fails whole when one is missing, and listing all needs a grant on
 * every repository of the account, which may have 100,000. More calls per repository are needed anyway (tags, policies).
 * @param wanted what the file declares for each name: a policy that it does not manage is not read
 * @param owner whose repositories they may be: the policies of another owner's are not read
 * @throws MirrorError where the others would fail alike: credentials, a network that is down, an abort
 */
export async function describeRepositories(
  client: EcrClient,
  wanted: ReadonlyMap<string, RepositorySettings>,
  owner: string,
  signal?: AbortSignal,
): Promise<Map<string, RepositoryState | MirrorError>> {
  const limit = pLimit(DESCRIBE_CONCURRENCY);
  // A failure of all ends the rest: nothing of theirs would be used.
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const described = await Promise.all(
    [...wanted].map(([name, settings]) =>
      limit(async () => {
        try {
          return [name, await describeRepository(client, name, settings, owner, either)] as const;
        } catch (error) {
          if (error instanceof MirrorError && !either.aborted && !failsAll(error)) return [name, error] as const;
          failed.abort(error);
          throw error;
        }
      }),
    ),
  );
  return new Map(described.flatMap(([name, state]) => (state === undefined ? [] : [[name, state]])));
}

/** Codes that say nothing about the one repository that was asked for. */
const SHARED_FAILURES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["UNREACHABLE", "TLS", "USAGE"]);

function failsAll(error: MirrorError): boolean {
  return error.side === "credentials" || SHARED_FAILURES.has(error.code);
}
