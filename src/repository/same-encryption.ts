import type { Encryption } from "./settings.ts";

/** What KMS says of a key. */
export interface KmsKey {
  arn: string;
  /** Whether AWS made it for a service of its own, `aws/ecr` say. */
  isManagedByAws: boolean;
}

/** What `kms:DescribeKey` said of keys, by the name that was asked for; undefined where it would not say. */
export type KnownKeys = ReadonlyMap<string, KmsKey | undefined>;

/** The alias of the key that ECR uses unless told otherwise. */
const AWS_MANAGED_ALIAS = "alias/aws/ecr";

/**
 * Whether a repository is encrypted as wanted. ECR gives the key's ARN back whatever was given at creation, so an alias
 * is compared by what KMS says it stands for; where that is not known the answer is `unknown`, never `different`.
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

/** Whether two repositories are known to be encrypted with the same type and the same key. */
export function areEncryptedAlike(one: Encryption, other: Encryption): boolean {
  if (one.type === "AES256" || other.type === "AES256") return one.type === other.type;
  return one.type === other.type && one.key !== undefined && one.key === other.key;
}

/**
 * The key that KMS must be asked about to compare these, if any. Of the key that AWS manages the repository's own is
 * asked about: to ask for the alias would make that key where an account has none.
 */
export function keyToDescribe(wanted: Encryption, have: Encryption): string | undefined {
  if (wanted.type === "AES256" || have.type !== wanted.type || have.key === undefined) return undefined;
  const key = namedKey(wanted);
  if (key === undefined) return have.key;
  return aliasOf(key) === undefined ? undefined : key;
}

/** The key that was given; undefined for the one that AWS manages. */
function namedKey({ key }: { key?: string }): string | undefined {
  return key !== undefined && aliasOf(key) === AWS_MANAGED_ALIAS ? undefined : key;
}

/** `alias/name`, of an ARN too. */
function aliasOf(key: string): string | undefined {
  return /^(?:arn:[^:]+:kms:[^:]*:[^:]*:)?(alias\/.+)$/.exec(key)?.[1];
}

function keyIdOf(arn: string): string | undefined {
  return /^arn:[^:]+:kms:[^:]*:[^:]*:key\/(.+)$/.exec(arn)?.[1];
}

function verdict(isSame: boolean): "same" | "different" {
  return isSame ? "same" : "different";
}
