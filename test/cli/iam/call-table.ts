import { CALLS, type Call, type Narrowing } from "../../../src/cli/iam/calls.ts";

/** The rows that docs/iam.md has of the calls. */
export function callTable(): string[] {
  return CALLS.map(
    (call) =>
      `| ${[`\`${call.service ?? "ecr"}:${call.action}\``, call.role, where(call), call.purpose, call.without ?? "an error"].join(" | ")} |`,
  );
}

function where({ on, narrowing, where: declared = "always" }: Call): string {
  if (on === undefined) return `${declared}; of the account`;
  return `${declared}${narrowing === undefined ? "" : CONDITIONS[narrowing]}`;
}

const CONDITIONS: Readonly<Record<Narrowing, string>> = {
  marking: "; puts the mark, where there is none of another file",
  marked: "; with the mark",
  "keeping-mark": "; with the mark, which stays",
};
