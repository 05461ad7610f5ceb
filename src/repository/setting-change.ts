import type { TagMutability } from "./settings.ts";

/**
 * One change to one setting of a repository, named after the API call that makes it. `from` is the value when the plan
 * was made, and `to` is the wanted value. A setting that equals neither was changed by someone else. Policies are JSON
 * text.
 */
export type SettingChange =
  | PutTagMutability
  | PutScanOnPush
  | PutResourceTags
  | PutLifecyclePolicy
  | DeleteLifecyclePolicy
  | SetRepositoryPolicy
  | DeleteRepositoryPolicy;

export interface PutTagMutability {
  kind: "put-tag-mutability";
  from: TagMutability;
  to: TagMutability;
}

export interface PutScanOnPush {
  kind: "put-scan-on-push";
  from: boolean;
  to: boolean;
}

/** Contains only the resource tags that differ. */
export interface PutResourceTags {
  kind: "put-resource-tags";
  /** Null for a tag that the repository lacks. */
  from: Readonly<Record<string, string | null>>;
  to: Readonly<Record<string, string>>;
}

export interface PutLifecyclePolicy {
  kind: "put-lifecycle-policy";
  /** Null if there is none. */
  from: string | null;
  to: string;
}

export interface DeleteLifecyclePolicy {
  kind: "delete-lifecycle-policy";
  from: string;
  to: null;
}

export interface SetRepositoryPolicy {
  kind: "set-repository-policy";
  /** Null if there is none. */
  from: string | null;
  to: string;
}

export interface DeleteRepositoryPolicy {
  kind: "delete-repository-policy";
  from: string;
  to: null;
}
