import { CALLS, type Call, type TagCondition } from "../../../src/cli/iam/calls.ts";
import { SOURCE_CALLS } from "../../../src/cli/iam/source-calls.ts";

/** Returns the table rows of docs/iam.md: calls to targets, then calls to sources. */
export function callTable(): string[] {
  const targets = CALLS.map((call) => {
    const { service = "ecr", action, role, purpose, without = "an error" } = call;
    return [`${service}:${action}`, role, where(call), purpose, without];
  });
  const sources = SOURCE_CALLS.map(({ action, role, on, where: declared = "always", purpose, without }) => {
    const granted = `${declared}${on === undefined ? "; account-wide" : ""}`;
    return [`ecr:${action}`, role, granted, purpose, without ?? "an error"];
  });
  return [...targets, ...sources].map(([action, ...cells]) => `| ${[`\`${action}\``, ...cells].join(" | ")} |`);
}

function where({ on, tagCondition, where: declared = "always" }: Call): string {
  if (on === undefined) return `${declared}; account-wide`;
  return `${declared}${tagCondition === undefined ? "" : CONDITIONS[tagCondition]}`;
}

const CONDITIONS: Readonly<Record<TagCondition, string>> = {
  "adds-ownership-tag": "; adds the ownership tag; not if another mirror file owns the repository",
  owned: "; only with the ownership tag",
  "owned-keeps-tag": "; only with the ownership tag, which must stay",
};
