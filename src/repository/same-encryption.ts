import type { Encryption } from "./settings.ts";

/** A key as described by KMS. */
export interface KmsKey {
  arn: string;
  /** Whether it is an AWS managed key, such as `aws/ecr`. */
  isManagedByAws: boolean;
}

/** Results of `kms:DescribeKey` by the name in the request; undefined if it failed. */
export type KnownKeys = ReadonlyMap<string, KmsKey | undefined>;

/** The alias of ECR's default key. */
const AWS_MANAGED_ALIAS = "alias/aws/ecr";

/**
 * Compares the encryption of a repository with the wanted one. ECR always returns the key's ARN, so comparing an alias
 * needs KMS. The result is `unknown` if the key is not known.
 */
export function compareEncryption(
  wanted: Encryption,
  have: Encryption,
  keys: KnownKeys,
): "same" | "different" | "unknown" {
  if (wanted.type === "AES256" || have.type === "AES256") return wanted.type === have.type ? "same" : "different";
  if (wanted.type !== have.type) return "different";
  const key = namedKey(wanted);
  if (key === undefined) {
    if (have.key === undefined) return "same";
    const facts = keys.get(have.key);
    return facts === undefined ? "unknown" : verdict(facts.isManagedByAws);
  }
  if (have.key === undefined) return "unknown";
  if (aliasOf(key) === undefined) return verdict(key === have.key || key === keyIdOf(have.key));
  const facts = keys.get(key);
  return facts === undefined ? "unknown" : verdict(facts.arn === have.key);
}

/** Returns whether two repositories are known to have the same encryption type and key. */
export function areEncryptedAlike(one: Encryption, other: Encryption): boolean {
  if (one.type === "AES256" || other.type === "AES256") return one.type === other.type;
  return one.type === other.type && one.key !== undefined && one.key === other.key;
}

/**
 * Returns the key that KMS must describe for a comparison, if any. For the AWS managed key, that is the repository's
 * own key: describing the alias would create the AWS managed key in an account without one.
 */
export function keyToDescribe(wanted: Encryption, have: Encryption): string | undefined {
  if (wanted.type === "AES256" || have.type !== wanted.type || have.key === undefined) return undefined;
  const key = namedKey(wanted);
  if (key === undefined) return have.key;
  return aliasOf(key) === undefined ? undefined : key;
}

/** Returns the configured key; undefined for the AWS managed key. */
function namedKey({ key }: { key?: string }): string | undefined {
  return key !== undefined && aliasOf(key) === AWS_MANAGED_ALIAS ? undefined : key;
}

/** Returns `alias/name` from an alias or its ARN. */
function aliasOf(key: string): string | undefined {
  return /^(?:arn:[^:]+:kms:[^:]*:[^:]*:)?(alias\/.+)$/.exec(key)?.[1];
}

function keyIdOf(arn: string): string | undefined {
  return /^arn:[^:]+:kms:[^:]*:[^:]*:key\/(.+)$/.exec(arn)?.[1];
}

function verdict(isSame: boolean): "same" | "different" {
  return isSame ? "same" : "different";
}
