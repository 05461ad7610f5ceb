import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS, NARROWING_OPTIONS } from "../options/common-options.ts";
import { choice, text } from "../options/option.ts";

export const IAM = {
  name: "iam",
  summary: "print the minimal IAM policies that plan and apply need for this mirror file; uses no network",
  options: {
    ...FILE_OPTIONS,
    role: choice("ROLE", "print one JSON document for the AWS CLI, with this role's policy only", ["plan", "apply"]),
    target: NARROWING_OPTIONS.target,
    account: text("ID", "AWS account for targets that set none in the mirror file"),
    region: text("REGION", "AWS Region for targets that set none in the mirror file"),
  },
  examples: [
    "mirrorform iam",
    "mirrorform iam --role apply --account 123456789012 > policy.json",
    "aws iam put-role-policy --role-name mirror --policy-name mirrorform --policy-document file://policy.json",
  ],
} as const;

export type IamInput = InputOf<typeof IAM>;
