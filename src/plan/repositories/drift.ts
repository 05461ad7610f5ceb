import type { AccountState } from "../../repository/account-state.ts";
import { scanningBy } from "../../repository/registry-scanning.ts";
import { isSameLifecyclePolicy, isSameRepositoryPolicy } from "../../repository/same-policy.ts";
import { differingTags, isSameTagMutability } from "../../repository/same-setting.ts";
import type { SettingChange } from "../../repository/setting-change.ts";
import type { PolicyText, RepositorySettings, RepositoryState } from "../../repository/settings.ts";

/** The part of an account that affects settings; undefined if it is unknown. */
export type ScanningFacts = Pick<AccountState, "scanning"> | undefined;

/**
 * Returns the changes that make a repository equal to the mirror file. Settings that are not in the mirror file are not
 * managed. Encryption cannot be changed.
 */
export function driftOf(settings: RepositorySettings, state: RepositoryState, account: ScanningFacts): SettingChange[] {
  return [
    ...tagMutability(settings, state),
    ...scanOnPush(settings, state, account),
    ...resourceTags(settings, state),
    ...lifecyclePolicy(settings.lifecyclePolicy, state.lifecyclePolicy),
    ...repositoryPolicy(settings.policy, state.policy),
  ];
}

/** Returns the policies of a new repository. CreateRepository does not accept them. */
export function firstPolicies(settings: RepositorySettings): SettingChange[] {
  return [...lifecyclePolicy(settings.lifecyclePolicy, undefined), ...repositoryPolicy(settings.policy, undefined)];
}

function tagMutability({ tagMutability: to }: RepositorySettings, state: RepositoryState): SettingChange[] {
  const from = state.tagMutability;
  return to === undefined || isSameTagMutability(to, from) ? [] : [{ kind: "put-tag-mutability", from, to }];
}

/** The repository's setting, which ECR has deprecated, has no effect if the registry's configuration covers the repository. */
function scanOnPush(
  { scanOnPush: to }: RepositorySettings,
  { name, scanOnPush: from }: RepositoryState,
  account: ScanningFacts,
): SettingChange[] {
  const registry = account?.scanning?.value;
  const isDecided = registry !== undefined && scanningBy(registry, name) !== undefined;
  return to === undefined || to === from || isDecided ? [] : [{ kind: "put-scan-on-push", from, to }];
}

function resourceTags({ tags }: RepositorySettings, state: RepositoryState): SettingChange[] {
  const differing = tags === undefined ? undefined : differingTags(tags, state.tags);
  return differing === undefined ? [] : [{ kind: "put-resource-tags", ...differing }];
}

function lifecyclePolicy(wanted: PolicyText | "none" | undefined, have: string | undefined): SettingChange[] {
  if (wanted === undefined) return [];
  if (wanted === "none") return have === undefined ? [] : [{ kind: "delete-lifecycle-policy", from: have, to: null }];
  if (have !== undefined && isSameLifecyclePolicy(wanted.json, have)) return [];
  return [{ kind: "put-lifecycle-policy", from: have ?? null, to: wanted.json }];
}

function repositoryPolicy(wanted: PolicyText | "none" | undefined, have: string | undefined): SettingChange[] {
  if (wanted === undefined) return [];
  if (wanted === "none") return have === undefined ? [] : [{ kind: "delete-repository-policy", from: have, to: null }];
  if (have !== undefined && isSameRepositoryPolicy(wanted.json, have)) return [];
  return [{ kind: "set-repository-policy", from: have ?? null, to: wanted.json }];
}
