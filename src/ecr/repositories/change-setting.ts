import {
  DeleteLifecyclePolicyCommand,
  DeleteRepositoryPolicyCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
  TagResourceCommand,
  type ECRClient,
} from "@aws-sdk/client-ecr";
import type { EcrClient, SendOptions } from "../aws/ecr-client.ts";
import { describeRepository, type ManagedPolicies } from "./describe-repository.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { isException } from "../aws/aws-failure.ts";
import { requireOwned, stale } from "../../repository/ownership.ts";
import { tagMutabilityInput } from "./repository-state.ts";
import { isSameLifecyclePolicy, isSameRepositoryPolicy } from "../../repository/same-policy.ts";
import { isSameTagMutability } from "../../repository/same-setting.ts";
import type { SettingChange } from "../../repository/setting-change.ts";
import type { RepositoryState } from "../../repository/settings.ts";

/**
 * Changes one setting of a repository that `owner` owns. Reads the repository first, because ECR accepts no
 * preconditions. Sets a repository policy without `force`, so that ECR rejects one that would lock out its author.
 * @returns whether the setting was changed; false if it already had the wanted value
 * @throws MirrorError STALE if the setting has neither the wanted nor the expected value, or `owner` does not own the
 * repository; REPOSITORY_FAILED if ECR rejects the value; DENIED, …
 */
export async function changeSetting(
  client: EcrClient,
  name: string,
  change: SettingChange,
  owner: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { action, setting, absent } = CALLS[change.kind];
  const call: EcrCall = { operation: `set ${setting} of`, action, reference: name, refusal: "REPOSITORY_FAILED" };
  const subject = { operation: call.operation, reference: name };
  const state = await describeRepository(client, name, READ_BEFORE[change.kind] ?? {}, owner, signal);
  requireOwned(state, owner, subject);
  const { isWanted, isExpected } = compare(change, state);
  if (isWanted) return false;
  if (!isExpected) throw stale("the setting has changed since the plan", subject);
  try {
    await client.call(call, signal, (sdk, options) => make(sdk, options, change, state));
  } catch (error) {
    if (absent !== undefined && isException(error, absent)) return false;
    throw error;
  }
  return true;
}

interface CallOfChange {
  /** The name of the API operation. */
  action: string;
  /** For error messages. */
  setting: string;
  /** The exception if there is nothing to delete. */
  absent?: string;
}

const CALLS: Readonly<Record<SettingChange["kind"], CallOfChange>> = {
  "put-tag-mutability": { action: "PutImageTagMutability", setting: "tag mutability" },
  "put-scan-on-push": { action: "PutImageScanningConfiguration", setting: "scan on push" },
  "put-resource-tags": { action: "TagResource", setting: "resource tags" },
  "put-lifecycle-policy": { action: "PutLifecyclePolicy", setting: "lifecycle policy" },
  "delete-lifecycle-policy": {
    action: "DeleteLifecyclePolicy",
    setting: "lifecycle policy",
    absent: "LifecyclePolicyNotFoundException",
  },
  "set-repository-policy": { action: "SetRepositoryPolicy", setting: "repository policy" },
  "delete-repository-policy": {
    action: "DeleteRepositoryPolicy",
    setting: "repository policy",
    absent: "RepositoryPolicyNotFoundException",
  },
};

/** The policy to read before a change, for comparison. Other settings need none. */
const READ_BEFORE: Partial<Record<SettingChange["kind"], ManagedPolicies>> = {
  "put-lifecycle-policy": { lifecyclePolicy: "none" },
  "delete-lifecycle-policy": { lifecyclePolicy: "none" },
  "set-repository-policy": { policy: "none" },
  "delete-repository-policy": { policy: "none" },
};

interface Comparison {
  isWanted: boolean;
  /** Whether the setting is as it was in the plan. */
  isExpected: boolean;
}

function compare(change: SettingChange, state: RepositoryState): Comparison {
  switch (change.kind) {
    case "put-tag-mutability":
      return comparison(change, (value) => isSameTagMutability(value, state.tagMutability));
    case "put-scan-on-push":
      return comparison(change, (value) => value === state.scanOnPush);
    case "put-resource-tags": {
      const tags = new Map(Object.entries(state.tags));
      return comparison<Readonly<Record<string, string | null>>>(change, (wanted) =>
        Object.entries(wanted).every(([key, value]) => (tags.get(key) ?? null) === value),
      );
    }
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
      return comparison(change, (value) => isSamePolicy(value, state.lifecyclePolicy, isSameLifecyclePolicy));
    case "set-repository-policy":
    case "delete-repository-policy":
      return comparison(change, (value) => isSamePolicy(value, state.policy, isSameRepositoryPolicy));
  }
}

function comparison<Value>({ from, to }: { from: Value; to: Value }, isCurrent: (value: Value) => boolean): Comparison {
  return { isWanted: isCurrent(to), isExpected: isCurrent(from) };
}

function isSamePolicy(
  one: string | null,
  other: string | undefined,
  isSame: (one: string, other: string) => boolean,
): boolean {
  return one === null || other === undefined ? one === (other ?? null) : isSame(one, other);
}

function make(sdk: ECRClient, options: SendOptions, change: SettingChange, state: RepositoryState): Promise<unknown> {
  const repositoryName = state.name;
  switch (change.kind) {
    case "put-tag-mutability":
      return sdk.send(new PutImageTagMutabilityCommand({ repositoryName, ...tagMutabilityInput(change.to) }), options);
    case "put-scan-on-push": {
      const imageScanningConfiguration = { scanOnPush: change.to };
      return sdk.send(
        new PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration }),
        options,
      );
    }
    case "put-resource-tags": {
      const tags = Object.entries(change.to).map(([Key, Value]) => ({ Key, Value }));
      return sdk.send(new TagResourceCommand({ resourceArn: state.arn, tags }), options);
    }
    case "put-lifecycle-policy":
      return sdk.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: change.to }), options);
    case "delete-lifecycle-policy":
      return sdk.send(new DeleteLifecyclePolicyCommand({ repositoryName }), options);
    case "set-repository-policy":
      return sdk.send(new SetRepositoryPolicyCommand({ repositoryName, policyText: change.to }), options);
    case "delete-repository-policy":
      return sdk.send(new DeleteRepositoryPolicyCommand({ repositoryName }), options);
  }
}
