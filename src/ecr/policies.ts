import { isDeepStrictEqual } from "node:util";
import { PutLifecyclePolicyCommand, SetRepositoryPolicyCommand } from "@aws-sdk/client-ecr";
import type { EcrClient } from "./client.ts";
import { describeRepository } from "./describe-repository.ts";
import type { EcrCall } from "./errors.ts";
import { requireOwned, stale } from "./ownership.ts";

/**
 * Sets the lifecycle policy, JSON text of 100 to 30,720 characters (ECR quotas), of a repository of `owner`'s that has
 * none. The repository is read just before: ECR takes no condition with the call.
 * @returns whether it was set; false when it was there already
 * @throws MirrorError STALE when the repository is not the owner's or has another policy; REPOSITORY_FAILED when ECR does not take it
 */
export async function putLifecyclePolicy(
  client: EcrClient,
  repositoryName: string,
  lifecyclePolicyText: string,
  owner: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const call = setting("set the lifecycle policy", "PutLifecyclePolicy", repositoryName);
  const wanted = { lifecyclePolicy: { json: lifecyclePolicyText } };
  const state = await describeRepository(client, repositoryName, wanted, owner, signal);
  requireOwned(state, owner, about(call));
  if (isThere(state.lifecyclePolicy, lifecyclePolicyText, call)) return false;
  await client.call(call, signal, (sdk, options) =>
    sdk.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }), options),
  );
  return true;
}

/**
 * Sets the repository policy, JSON text of at most 10,240 characters, under the same conditions. Without `force`: ECR
 * then refuses a policy that would lock its author out.
 * @returns whether it was set; false when it was there already
 * @throws MirrorError STALE when the repository is not the owner's or has another policy; REPOSITORY_FAILED when ECR does not take it
 */
export async function setRepositoryPolicy(
  client: EcrClient,
  repositoryName: string,
  policyText: string,
  owner: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const call = setting("set the repository policy", "SetRepositoryPolicy", repositoryName);
  const wanted = { policy: { json: policyText } };
  const state = await describeRepository(client, repositoryName, wanted, owner, signal);
  requireOwned(state, owner, about(call));
  if (isThere(state.policy, policyText, call)) return false;
  await client.call(call, signal, (sdk, options) =>
    sdk.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }), options),
  );
  return true;
}

function setting(operation: string, action: string, reference: string): EcrCall {
  return { operation, action, reference, refusal: "REPOSITORY_FAILED" };
}

function about({ operation, reference }: EcrCall): { operation: string; reference: string } {
  return { operation, reference };
}

/** Whether the policy is set as wanted; false when there is none. */
function isThere(have: string | undefined, wanted: string, call: EcrCall): boolean {
  if (have === undefined) return false;
  if (isSameJson(have, wanted)) return true;
  throw stale("since the plan the repository has another policy", about(call));
}

function isSameJson(one: string, other: string): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(one), JSON.parse(other));
  } catch {
    return one === other;
  }
}
