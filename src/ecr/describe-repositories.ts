import {
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-ecr";
import pLimit from "p-limit";
import { MirrorError } from "../errors.ts";
import type { EcrClient } from "./client.ts";
import type { EcrCall } from "./errors.ts";
import { isException } from "./failure.ts";
import { readRepository } from "./repository-state.ts";
import type { RepositoryState } from "./settings.ts";

/** Repositories described at a time, each with up to three calls in flight. ECR publishes no rate for them. */
export const DESCRIBE_CONCURRENCY = 4;

/**
 * Describes the repositories that exist; absent names are missing from the map.
 *
 * Each name is asked for by itself. A call with several names fails whole when one is missing, and listing all needs a grant on
 * every repository of the account, which may have 100,000. Three more calls per repository are needed anyway (tags, policies).
 */
export async function describeRepositories(
  client: EcrClient,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, RepositoryState>> {
  const limit = pLimit(DESCRIBE_CONCURRENCY);
  // The first failure ends the rest: nothing of theirs would be used.
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const described = await Promise.all(
    [...new Set(names)].map((name) =>
      limit(async () => {
        try {
          return await describeRepository(client, name, either);
        } catch (error) {
          failed.abort(error);
          throw error;
        }
      }),
    ),
  );
  return new Map(described.flatMap((state) => (state === undefined ? [] : [[state.name, state]])));
}

/** One repository, or undefined when it does not exist. */
export async function describeRepository(
  client: EcrClient,
  name: string,
  signal?: AbortSignal,
): Promise<RepositoryState | undefined> {
  const operation = "describe a repository";
  const call = (action: string): EcrCall => ({
    operation,
    action,
    reference: name,
    refusal: "REPOSITORY_FAILED",
  });
  try {
    const answer = await client.call(call("DescribeRepositories"), signal, (sdk, options) =>
      sdk.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }), options),
    );
    const base = readRepository(answer.repositories?.[0], operation);
    const [tags, lifecyclePolicy, policy] = await Promise.all([
      client.call(call("ListTagsForResource"), signal, (sdk, options) =>
        sdk.send(new ListTagsForResourceCommand({ resourceArn: base.arn }), options),
      ),
      orNone("LifecyclePolicyNotFoundException", () =>
        client.call(call("GetLifecyclePolicy"), signal, async (sdk, options) => {
          const found = await sdk.send(new GetLifecyclePolicyCommand({ repositoryName: name }), options);
          return found.lifecyclePolicyText;
        }),
      ),
      orNone("RepositoryPolicyNotFoundException", () =>
        client.call(call("GetRepositoryPolicy"), signal, async (sdk, options) => {
          const found = await sdk.send(new GetRepositoryPolicyCommand({ repositoryName: name }), options);
          return found.policyText;
        }),
      ),
    ]);
    const pairs = (tags.tags ?? []).flatMap(({ Key, Value }) =>
      Key === undefined ? [] : [[Key, Value ?? ""] as const],
    );
    return { ...base, lifecyclePolicy, policy, tags: Object.fromEntries(pairs) };
  } catch (error) {
    if (error instanceof MirrorError && error.code === "REPOSITORY_UNKNOWN") return undefined;
    throw error;
  }
}

async function orNone(exception: string, read: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isException(error, exception)) return undefined;
    throw error;
  }
}
