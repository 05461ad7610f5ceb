import type { AccountState } from "../../repository/account-state.ts";
import { scanningBy } from "../../repository/registry-scanning.ts";
import { isSameLifecyclePolicy, isSameRepositoryPolicy } from "../../repository/same-policy.ts";
import { differingTags, isSameTagMutability } from "../../repository/same-setting.ts";
import type { SettingChange } from "../../repository/setting-change.ts";
import type { PolicyText, RepositorySettings, RepositoryState } from "../../repository/settings.ts";

/** As much of an account as settings are compared with; undefined where nothing of it is known. */
export type ScanningFacts = Pick<AccountState, "scanning"> | undefined;

/**
 * What must change for a repository to be as declared. A setting that is not declared is not managed, and encryption
 * is not here: nothing changes it.
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

/** The policies of a repository that is yet to be made, which CreateRepository does not take. */
export function firstPolicies(settings: RepositorySettings): SettingChange[] {
  return [...lifecyclePolicy(settings.lifecyclePolicy, undefined), ...repositoryPolicy(settings.policy, undefined)];
}

function tagMutability({ tagMutability: to }: RepositorySettings, state: RepositoryState): SettingChange[] {
  const from = state.tagMutability;
  return to === undefined || isSameTagMutability(to, from) ? [] : [{ kind: "put-tag-mutability", from, to }];
}

/** Where the registry's own scanning decides, the flag of the repository says nothing: it is deprecated for that. */
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
