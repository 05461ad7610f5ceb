import { PutLifecyclePolicyCommand, SetRepositoryPolicyCommand } from "@aws-sdk/client-ecr";
import type { EcrClient } from "./client.ts";

/** Sets the lifecycle policy, JSON text of 100 to 30,720 characters (ECR quotas). @throws MirrorError REPOSITORY_FAILED when ECR does not take it */
export async function putLifecyclePolicy(
  client: EcrClient,
  repositoryName: string,
  lifecyclePolicyText: string,
  signal?: AbortSignal,
): Promise<void> {
  await client.call(
    {
      operation: "set the lifecycle policy",
      action: "PutLifecyclePolicy",
      reference: repositoryName,
      refusal: "REPOSITORY_FAILED",
    },
    signal,
    (sdk, options) => sdk.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }), options),
  );
}

/**
 * Sets the repository policy, JSON text of at most 10,240 characters. Without `force`: ECR then refuses a policy that
 * would lock its author out. @throws MirrorError REPOSITORY_FAILED when ECR does not take it
 */
export async function setRepositoryPolicy(
  client: EcrClient,
  repositoryName: string,
  policyText: string,
  signal?: AbortSignal,
): Promise<void> {
  await client.call(
    {
      operation: "set the repository policy",
      action: "SetRepositoryPolicy",
      reference: repositoryName,
      refusal: "REPOSITORY_FAILED",
    },
    signal,
    (sdk, options) => sdk.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }), options),
  );
}
