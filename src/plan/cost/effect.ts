import type { Action, RepositoryAction } from "../action.ts";

type Effect = "create" | "change" | "delete";

/** Returns how the totals count an action; undefined if only `apply` finds out whether there is anything to do. */
export function effectOf(action: RepositoryAction): Effect;
export function effectOf(action: Action): Effect | undefined;
export function effectOf(action: Action): Effect | undefined {
  switch (action.kind) {
    case "create-repository":
      return "create";
    case "copy-image":
      return action.precondition === null ? "create" : "change";
    case "copy-referrers":
      if (action.reason === "known-at-apply") return undefined;
      return action.reason === "referrers-moved" ? "change" : "create";
    case "put-lifecycle-policy":
    case "set-repository-policy":
      return action.from === null ? "create" : "change";
    case "delete-lifecycle-policy":
    case "delete-repository-policy":
    case "delete-tag":
      return "delete";
    case "adopt-repository":
    case "put-tag-mutability":
    case "put-scan-on-push":
    case "put-resource-tags":
      return "change";
  }
}
