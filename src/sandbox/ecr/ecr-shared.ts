import type { EcrRules } from "./ecr-state.ts";

/** What repository policies commonly allow other accounts: listing and pulling. */
const READS: ReadonlySet<string> = new Set([
  "ecr:BatchGetImage",
  "ecr:DescribeImages",
  "ecr:GetDownloadUrlForLayer",
  "ecr:ListImages",
]);

/** Checks whether an account's repository policies allow an action to other accounts. */
export function isShared({ sharedAccounts }: EcrRules, account: string, action: string): boolean {
  return sharedAccounts.has(account) && READS.has(action);
}
