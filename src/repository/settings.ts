/** The declared settings of an ECR repository. A setting that is missing is not managed. */
export interface RepositorySettings {
  tagMutability?: TagMutability;
  scanOnPush?: boolean;
  encryption?: Encryption;
  /** JSON text, or `none` for no lifecycle policy. */
  lifecyclePolicy?: PolicyText | "none";
  /** JSON text, or `none` for no repository policy. */
  policy?: PolicyText | "none";
  /** Resource tags, without the ownership tag. */
  tags?: Readonly<Record<string, string>>;
  /** Whether to adopt an existing repository without an ownership tag. */
  adopt?: boolean;
  /** RE2 patterns of tags that prune may delete, in addition to those that a `to` could have made. Not an ECR setting. */
  pruneTags?: readonly string[];
}

/** `except` has up to 5 wildcard filters such as `latest` or `*-nightly` (ECR API reference, PutImageTagMutability). */
export interface TagMutability {
  default: "MUTABLE" | "IMMUTABLE";
  except: readonly string[];
}

/**
 * `key` is an alias, a key ID or an ARN. The default is the AWS managed key. KMS_DSSE is dual-layer encryption, available
 * only in GovCloud.
 */
export type Encryption = { type: "AES256" } | { type: "KMS" | "KMS_DSSE"; key?: string };

/** A policy document as canonical JSON. */
export interface PolicyText {
  json: string;
}

/** An existing repository, as described by ECR. */
export interface RepositoryState {
  name: string;
  arn: string;
  tagMutability: TagMutability;
  scanOnPush: boolean;
  /** `key` is always an ARN here. */
  encryption: Encryption;
  /** JSON text as returned by ECR. Undefined if there is none, or if the mirror file does not manage it. */
  lifecyclePolicy: string | undefined;
  /** Like the lifecycle policy. */
  policy: string | undefined;
  tags: Readonly<Record<string, string>>;
}

/** The key of the ownership tag: `mirrorform=<name>` names the mirror file that owns a repository. */
export const OWNERSHIP_TAG = "mirrorform";
