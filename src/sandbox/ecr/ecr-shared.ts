import type { EcrRules } from "./ecr-state.ts";

/** What the policies of repositories commonly let other accounts do: list, and pull. */
const READS: ReadonlySet<string> = new Set([
  "ecr:BatchGetImage",
  "ecr:DescribeImages",
  "ecr:GetDownloadUrlForLayer",
  "ecr:ListImages",
]);

/** Whether the repositories of an account let others do that, by their policies. */
export function isShared({ sharedAccounts }: EcrRules, account: string, action: string): boolean {
  return sharedAccounts.has(account) && READS.has(action);
}
