import { createHash } from "node:crypto";

/** The AWS managed key, which ECR uses if KMS encryption is requested without a key. */
export const AWS_MANAGED_KEY = "alias/aws/ecr";

/** Resolves a key ARN, key ID or alias to a key ARN. The key ID of an alias is derived from its name. */
export function keyArn(key: string, { account, region }: { account: string; region: string }): string {
  if (/^arn:[^:]+:kms:[^:]*:[^:]*:key\//.test(key)) return key;
  const id = key.includes("alias/") ? uuidOf(key.slice(key.indexOf("alias/"))) : key;
  return `arn:aws:kms:${region}:${account}:key/${id}`;
}

function uuidOf(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** Returns the IAM condition keys of a key: only the alias used in the request, as the sandbox stores no others. */
export function keyContext(key: string): Record<string, string[]> {
  return key.includes("alias/") ? { "kms:ResourceAliases": [key.slice(key.indexOf("alias/"))] } : {};
}
