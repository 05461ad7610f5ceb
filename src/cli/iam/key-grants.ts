import type { Encryption } from "../../repository/settings.ts";
import type { RoleName } from "./calls.ts";
import type { Condition, Grant } from "./grant.ts";
import { partitionOf } from "../../registry/hosts/aws-region.ts";
import { arnOf, UNKNOWN, type Place } from "./place.ts";

/** The alias of ECR's default key. Its key policy allows callers of ECR to use it. */
const AWS_MANAGED = "alias/aws/ecr";

/**
 * Returns the KMS permissions that a declared encryption needs. `plan` resolves an alias, and identifies the key of a
 * repository under the AWS managed key. To create a repository with a customer managed key, the caller must be allowed
 * to describe the key and create a grant for it through ECR (ECR user guide, "Encryption at rest").
 */
export function keyGrants(role: RoleName, encryption: Encryption | undefined, place: Place): Grant[] {
  if (encryption === undefined || encryption.type === "AES256") return [];
  const key = keyOf(encryption.key, place);
  const describing = { action: "kms:DescribeKey", resource: key.resource };
  const direct = key.isDescribed ? [{ ...describing, condition: key.condition }] : [];
  if (role === "plan" || !key.isCustomerManaged) return direct;
  const condition = { ...key.condition, StringEquals: { "kms:ViaService": viaEcr(place) } };
  return [
    ...direct,
    ...(key.isDescribed ? [] : [{ ...describing, condition }]),
    { action: "kms:CreateGrant", resource: key.resource, condition },
  ];
}

interface Key {
  resource: string;
  condition?: Condition;
  /** Whether mirrorform itself calls DescribeKey. */
  isDescribed: boolean;
  /** Not the AWS managed key. */
  isCustomerManaged: boolean;
}

/** @param name an alias, a key ID, or the ARN of either */
function keyOf(name: string | undefined, place: Place): Key {
  const [, prefix, rest] = /^(arn:[^:]+:kms:[^:]*:[^:]*:)(.+)$/.exec(name ?? "") ?? [];
  const text = rest ?? name ?? AWS_MANAGED;
  const arn = (resource: string): string =>
    prefix === undefined ? arnOf("kms", place, resource) : `${prefix}${resource}`;
  // The ID of the repository's key is not known yet, and it may be a key that does not match.
  if (text === AWS_MANAGED) return { resource: arn("key/*"), isDescribed: true, isCustomerManaged: false };
  if (!text.startsWith("alias/")) {
    const resource = arn(text.startsWith("key/") ? text : `key/${text}`);
    return { resource, isDescribed: false, isCustomerManaged: true };
  }
  const condition = { "ForAnyValue:StringEquals": { "kms:ResourceAliases": text } };
  return { resource: arn("key/*"), condition, isDescribed: true, isCustomerManaged: true };
}

/**
 * Returns the values of `kms:ViaService` for requests through ECR (KMS developer guide). Outside the domain
 * amazonaws.com, AWS's documentation has both spellings.
 */
function viaEcr({ region = UNKNOWN.region }: Place): string | string[] {
  const { domain } = partitionOf(region);
  const common = `ecr.${region}.amazonaws.com`;
  return domain === "amazonaws.com" ? common : [common, `ecr.${region}.${domain}`];
}
