import type { TagMutability } from "./settings.ts";

/**
 * One change of one setting of a repository, by the call that makes it. `from` is what the repository had when the
 * change was decided on: as `to` already is done, anything else is somebody else's change. Policies are JSON text.
 */
export type SettingChange =
  | { kind: "put-tag-mutability"; from: TagMutability; to: TagMutability }
  | { kind: "put-scan-on-push"; from: boolean; to: boolean }
  /** Only the resource tags that differ; null for one that was not there. */
  | {
      kind: "put-resource-tags";
      from: Readonly<Record<string, string | null>>;
      to: Readonly<Record<string, string>>;
    }
  /** null: there was none. */
  | { kind: "put-lifecycle-policy" | "set-repository-policy"; from: string | null; to: string }
  | { kind: "delete-lifecycle-policy" | "delete-repository-policy"; from: string; to: null };
