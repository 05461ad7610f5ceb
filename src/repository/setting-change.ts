import type { TagMutability } from "./settings.ts";

/**
 * One change of one repository setting, named after its API call. `from` is the value in the plan. If the current value
 * is `to`, there is nothing to do; any other value means that it has changed since the plan. Policies are JSON text.
 */
export type SettingChange =
  | { kind: "put-tag-mutability"; from: TagMutability; to: TagMutability }
  | { kind: "put-scan-on-push"; from: boolean; to: boolean }
  /** Only the resource tags that differ; null for one that did not exist. */
  | {
      kind: "put-resource-tags";
      from: Readonly<Record<string, string | null>>;
      to: Readonly<Record<string, string>>;
    }
  /** null if there was no policy. */
  | { kind: "put-lifecycle-policy" | "set-repository-policy"; from: string | null; to: string }
  | { kind: "delete-lifecycle-policy" | "delete-repository-policy"; from: string; to: null };
