import type { Encryption } from "../../repository/settings.ts";
import type { RoleName } from "./calls.ts";
import type { Condition, Grant } from "./grant.ts";
import { arnOf, UNKNOWN, type Place } from "./place.ts";

/** The alias of the key that ECR uses unless told otherwise. Its own key policy lets ECR's callers use it. */
const AWS_MANAGED = "alias/aws/ecr";

/**
 * What a declared encryption needs of KMS. A plan asks what an alias stands for, and of a repository under AWS's key
 * which key that is. Whoever creates a repository under a key of their own lets ECR describe it and make a grant for it
 * (ECR user guide, "Encryption at rest").
 */
export function keyGrants(role: RoleName, encryption: Encryption | undefined, place: Place): Grant[] {
  if (encryption === undefined || encryption.type === "AES256") return [];
  const key = keyOf(encryption.key, place);
  const describing = { action: "kms:DescribeKey", resource: key.resource };
  const asking = key.isDescribed ? [{ ...describing, condition: key.condition }] : [];
  if (role === "plan" || !key.isOwn) return asking;
  const condition = { ...key.condition, StringEquals: { "kms:ViaService": viaEcr(place) } };
  return [
    ...asking,
    ...(key.isDescribed ? [] : [{ ...describing, condition }]),
    { action: "kms:CreateGrant", resource: key.resource, condition },
  ];
}

interface Key {
  resource: string;
  condition?: Condition;
  /** Whether mirrorform itself asks KMS about it. */
  isDescribed: boolean;
  /** Not the one that AWS manages. */
  isOwn: boolean;
}

/** @param named an alias, a key id, or the ARN of either */
function keyOf(named: string | undefined, place: Place): Key {
  const [, keys, rest] = /^(arn:[^:]+:kms:[^:]*:[^:]*:)(.+)$/.exec(named ?? "") ?? [];
  const text = rest ?? named ?? AWS_MANAGED;
  const whole = (resource: string): string =>
    keys === undefined ? arnOf("kms", place, resource) : `${keys}${resource}`;
  // Which key a repository has is not known before, and a wrong one is to be seen.
  if (text === AWS_MANAGED) return { resource: whole("key/*"), isDescribed: true, isOwn: false };
  if (!text.startsWith("alias/")) {
    const resource = whole(text.startsWith("key/") ? text : `key/${text}`);
    return { resource, isDescribed: false, isOwn: true };
  }
  const condition = { "ForAnyValue:StringEquals": { "kms:ResourceAliases": text } };
  return { resource: whole("key/*"), condition, isDescribed: true, isOwn: true };
}

/** ECR as KMS names it where it is asked on behalf of a caller (KMS developer guide, kms:ViaService). */
function viaEcr({ region }: Place): string {
  return `ecr.${region ?? UNKNOWN.region}.amazonaws.com`;
}
