import { CALLS, type Call, type Narrowing } from "../../../src/cli/iam/calls.ts";
import { SOURCE_CALLS } from "../../../src/cli/iam/source-calls.ts";

/** The rows that docs/iam.md has of the calls: those to targets, then those to sources. */
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

function where({ on, narrowing, where: declared = "always" }: Call): string {
  if (on === undefined) return `${declared}; account-wide`;
  return `${declared}${narrowing === undefined ? "" : CONDITIONS[narrowing]}`;
}

const CONDITIONS: Readonly<Record<Narrowing, string>> = {
  marking: "; adds the ownership tag; not if another mirror file owns the repository",
  marked: "; only with the ownership tag",
  "keeping-mark": "; only with the ownership tag, which must stay",
};
