import { AwsError } from "../ecr/ecr-error.ts";
import type { Grants } from "./ecr-grants.ts";
import type { Caller } from "./ecr-identity.ts";
import type { Input } from "../ecr/ecr-input.ts";
import { AWS_MANAGED_KEY, keyArn, keyContext } from "./kms-keys.ts";

/** The prefix of KMS's operations in `x-amz-target` (KMS API reference). */
export const KMS_TARGET = /^TrentService\.(\w+)$/;

/**
 * As much of AWS KMS as ECR's users need: DescribeKey. Each alias stands for a key made from its name, and each key
 * that is named is there.
 * @throws AwsError AccessDeniedException, ValidationException, UnknownOperationException
 */
export function answerKms(
  operation: string,
  input: Input,
  { principal, region }: Caller,
  refusal: Grants["refusal"],
): object {
  if (operation !== "DescribeKey") throw new AwsError("UnknownOperationException", "");
  const key = input["KeyId"];
  if (typeof key !== "string" || key === "") throw new AwsError("ValidationException", "KeyId must not be null");
  const place = { account: principal.account, region };
  const arn = keyArn(key, place);
  const refused = refusal(principal, { action: "kms:DescribeKey", resource: arn, context: keyContext(key) });
  if (refused !== undefined) throw new AwsError("AccessDeniedException", refused);
  return {
    KeyMetadata: {
      AWSAccountId: principal.account,
      Arn: arn,
      KeyId: arn.slice(arn.lastIndexOf("/") + 1),
      KeyManager: arn === keyArn(AWS_MANAGED_KEY, place) ? "AWS" : "CUSTOMER",
      KeyState: "Enabled",
      KeyUsage: "ENCRYPT_DECRYPT",
      Enabled: true,
    },
  };
}
