import { AwsError } from "../ecr/ecr-error.ts";
import type { Grants } from "./ecr-grants.ts";
import type { Caller } from "./ecr-identity.ts";
import type { Input } from "../ecr/ecr-input.ts";
import { AWS_MANAGED_KEY, keyArn, keyContext } from "./kms-keys.ts";

/** KMS operations in `x-amz-target` (KMS API reference). */
export const KMS_TARGET = /^TrentService\.(\w+)$/;

/**
 * Answers the part of AWS KMS that ECR's users need: DescribeKey. Every key exists. The key ID of an alias is derived
 * from its name.
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
