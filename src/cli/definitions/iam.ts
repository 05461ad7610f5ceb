import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS, NARROWING_OPTIONS } from "../options/common-options.ts";
import { choice, text } from "../options/option.ts";

export const IAM = {
  name: "iam",
  summary: "print the minimal IAM policies that plan and apply need for this mirror file; uses no network",
  options: {
    ...FILE_OPTIONS,
    role: choice("ROLE", "print only this role's policy, as one JSON document for the AWS CLI", ["plan", "apply"]),
    target: NARROWING_OPTIONS.target,
    account: text("ID", "AWS account of targets without an account in the mirror file"),
    region: text("REGION", "AWS Region of targets without a Region in the mirror file"),
  },
  examples: [
    "mirrorform iam",
    "mirrorform iam --role apply --account 123456789012 > policy.json",
    "aws iam put-role-policy --role-name mirror --policy-name mirrorform --policy-document file://policy.json",
  ],
} as const;

export type IamInput = InputOf<typeof IAM>;
