import type { Action } from "./action.ts";

/** What an action does to the target, as the totals count it. */
export function effectOf(action: Action): "create" | "change" | "delete" {
  switch (action.kind) {
    case "create-repository":
      return "create";
    case "copy-image":
      return action.precondition === null ? "create" : "change";
    case "copy-referrers":
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
