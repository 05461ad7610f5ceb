import { createHash } from "node:crypto";

/** The key that ECR uses where KMS is asked for without one; AWS makes and keeps it. */
export const AWS_MANAGED_KEY = "alias/aws/ecr";

/** The ARN of a key by its ARN, its id or an alias, which stands for a key made from its name. */
export function keyArn(key: string, { account, region }: { account: string; region: string }): string {
  if (/^arn:[^:]+:kms:[^:]*:[^:]*:key\//.test(key)) return key;
  const id = key.includes("alias/") ? uuidOf(key.slice(key.indexOf("alias/"))) : key;
  return `arn:aws:kms:${region}:${account}:key/${id}`;
}

function uuidOf(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** What IAM is told of a key: the alias that it was asked for by, as other aliases of a key are not known here. */
export function keyContext(key: string): Record<string, string[]> {
  return key.includes("alias/") ? { "kms:ResourceAliases": [key.slice(key.indexOf("alias/"))] } : {};
}
