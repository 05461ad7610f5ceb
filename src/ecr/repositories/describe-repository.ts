import {
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-ecr";
import { MirrorError } from "../../errors.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { isException } from "../aws/aws-failure.ts";
import { isManaged } from "../../repository/ownership.ts";
import { readRepository } from "./repository-state.ts";
import type { RepositorySettings, RepositoryState } from "../../repository/settings.ts";

/** The settings that determine which policies are read. */
export type ManagedPolicies = Pick<RepositorySettings, "lifecyclePolicy" | "policy" | "adopt">;

/**
 * Describes one repository; undefined if it does not exist. Reads a policy only if `settings` manages it and `owner`
 * owns or adopts the repository. Otherwise the policy is not needed, and permission to read it may be missing.
 * @throws MirrorError DENIED, UNEXPECTED_RESPONSE, …
 */
export async function describeRepository(
  client: EcrClient,
  name: string,
  settings: ManagedPolicies,
  owner: string,
  signal?: AbortSignal,
): Promise<RepositoryState | undefined> {
  try {
    const answer = await client.call(describing("DescribeRepositories", name), signal, (sdk, options) =>
      sdk.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }), options),
    );
    const base = readRepository(answer.repositories?.[0], OPERATION);
    const tags = await readResourceTags(client, name, base.arn, signal);
    const managed = isManaged({ tags }, settings, owner);
    const [lifecyclePolicy, policy] = await Promise.all([
      managed && settings.lifecyclePolicy !== undefined ? readLifecyclePolicy(client, name, signal) : undefined,
      managed && settings.policy !== undefined ? readRepositoryPolicy(client, name, signal) : undefined,
    ]);
    return { ...base, lifecyclePolicy, policy, tags };
  } catch (error) {
    if (error instanceof MirrorError && error.code === "REPOSITORY_UNKNOWN") return undefined;
    throw error;
  }
}

const OPERATION = "describe repository";

function describing(action: string, reference: string): EcrCall {
  return { operation: OPERATION, action, reference, refusal: "REPOSITORY_FAILED" };
}

async function readResourceTags(
  client: EcrClient,
  name: string,
  resourceArn: string,
  signal: AbortSignal | undefined,
): Promise<Record<string, string>> {
  const { tags = [] } = await client.call(describing("ListTagsForResource", name), signal, (sdk, options) =>
    sdk.send(new ListTagsForResourceCommand({ resourceArn }), options),
  );
  return Object.fromEntries(tags.flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ""]])));
}

function readLifecyclePolicy(
  client: EcrClient,
  repositoryName: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  return orNone("LifecyclePolicyNotFoundException", () =>
    client.call(describing("GetLifecyclePolicy", repositoryName), signal, async (sdk, options) => {
      const found = await sdk.send(new GetLifecyclePolicyCommand({ repositoryName }), options);
      return found.lifecyclePolicyText;
    }),
  );
}

function readRepositoryPolicy(
  client: EcrClient,
  repositoryName: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  return orNone("RepositoryPolicyNotFoundException", () =>
    client.call(describing("GetRepositoryPolicy", repositoryName), signal, async (sdk, options) => {
      const found = await sdk.send(new GetRepositoryPolicyCommand({ repositoryName }), options);
      return found.policyText;
    }),
  );
}

async function orNone(exception: string, read: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isException(error, exception)) return undefined;
    throw error;
  }
}
