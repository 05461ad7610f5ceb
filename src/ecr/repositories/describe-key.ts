import { MirrorError } from "../../errors.ts";
import { isJsonObject } from "../../oci/json-object.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { callJson } from "../aws/json-call.ts";
import { OPTIONAL_ATTEMPTS } from "../../repository/optional-reading.ts";
import type { KmsKey } from "../../repository/same-encryption.ts";

/**
 * Describes a KMS key by its alias, ID or ARN (KMS API reference, DescribeKey).
 * @throws MirrorError DENIED, UNEXPECTED_RESPONSE (also if the key does not exist), …
 */
export async function describeKey(
  client: EcrClient,
  endpoint: URL,
  key: string,
  signal?: AbortSignal,
): Promise<KmsKey> {
  const call: EcrCall = {
    operation: "describe KMS key",
    action: "DescribeKey",
    service: "kms",
    reference: key,
    refusal: "UNEXPECTED_RESPONSE",
    attempts: OPTIONAL_ATTEMPTS,
  };
  const operation = { endpoint, signingName: "kms", target: "TrentService.DescribeKey", input: { KeyId: key } };
  const answer = await callJson(client, call, operation, signal);
  const { Arn: arn, KeyManager: manager } = isJsonObject(answer["KeyMetadata"]) ? answer["KeyMetadata"] : {};
  if (typeof arn === "string") return { arn, isManagedByAws: manager === "AWS" };
  throw new MirrorError("KMS returned a key without an ARN", {
    code: "UNEXPECTED_RESPONSE",
    side: "target",
    operation: call.operation,
    reference: key,
  });
}
