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
 * Changes one setting of a repository of `owner`'s. The repository is read just before: ECR takes no condition with
 * its calls. A repository policy goes without `force`: ECR then refuses one that would lock its author out.
 * @returns whether it was changed; false when it was as wanted already
 * @throws MirrorError STALE when the setting is neither as wanted nor as the change found it, and when the repository
 * is not the owner's; REPOSITORY_FAILED when ECR does not take the value; DENIED, …
 */
export async function changeSetting(
  client: EcrClient,
  name: string,
  change: SettingChange,
  owner: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { action, what, absent } = CALLS[change.kind];
  const call: EcrCall = { operation: `set ${what}`, action, reference: name, refusal: "REPOSITORY_FAILED" };
  const about = { operation: call.operation, reference: name };
  const state = await describeRepository(client, name, READ_BEFORE[change.kind] ?? {}, owner, signal);
  requireOwned(state, owner, about);
  const { isWanted, isExpected } = compare(change, state);
  if (isWanted) return false;
  if (!isExpected) throw stale(`since the plan somebody else changed ${what}`, about);
  try {
    await client.call(call, signal, (sdk, options) => make(sdk, options, change, state));
  } catch (error) {
    if (absent !== undefined && isException(error, absent)) return false;
    throw error;
  }
  return true;
}

interface CallOfChange {
  /** The API's name for it. */
  action: string;
  /** In words. */
  what: string;
  /** The exception that says that there was nothing to delete. */
  absent?: string;
}

const CALLS: Readonly<Record<SettingChange["kind"], CallOfChange>> = {
  "put-tag-mutability": { action: "PutImageTagMutability", what: "the tag mutability" },
  "put-scan-on-push": { action: "PutImageScanningConfiguration", what: "scan on push" },
  "put-resource-tags": { action: "TagResource", what: "the resource tags" },
  "put-lifecycle-policy": { action: "PutLifecyclePolicy", what: "the lifecycle policy" },
  "delete-lifecycle-policy": {
    action: "DeleteLifecyclePolicy",
    what: "the lifecycle policy",
    absent: "LifecyclePolicyNotFoundException",
  },
  "set-repository-policy": { action: "SetRepositoryPolicy", what: "the repository policy" },
  "delete-repository-policy": {
    action: "DeleteRepositoryPolicy",
    what: "the repository policy",
    absent: "RepositoryPolicyNotFoundException",
  },
};

/** What must be read of a repository to compare the policy that is changed; nothing for other settings. */
const READ_BEFORE: Partial<Record<SettingChange["kind"], ManagedPolicies>> = {
  "put-lifecycle-policy": { lifecyclePolicy: "none" },
  "delete-lifecycle-policy": { lifecyclePolicy: "none" },
  "set-repository-policy": { policy: "none" },
  "delete-repository-policy": { policy: "none" },
};

interface Comparison {
  isWanted: boolean;
  /** As it was when the change was decided on. */
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

function comparison<Value>({ from, to }: { from: Value; to: Value }, isHeld: (value: Value) => boolean): Comparison {
  return { isWanted: isHeld(to), isExpected: isHeld(from) };
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
