/** The settings of an ECR repository, as the mirror file asks for them. A missing key is not managed. */
export interface RepositorySettings {
  tagMutability?: TagMutability;
  scanOnPush?: boolean;
  encryption?: Encryption;
  /** JSON text, or `none`: no lifecycle policy at all. */
  lifecyclePolicy?: PolicyText | "none";
  /** JSON text, or `none`: no repository policy at all. */
  policy?: PolicyText | "none";
  /** Resource tags. The ownership tag is not among them. */
  tags?: Readonly<Record<string, string>>;
  /** Whether a repository that is there and has nobody's mark is taken over. */
  adopt?: boolean;
  /** Regular expressions (RE2) of tags, beside those that a `to` could have made, that prune may delete. No setting of ECR's. */
  pruneTags?: readonly string[];
}

/** `except` holds wildcard filters (`latest`, `*-nightly`), at most 5 (ECR, PutImageTagMutability). */
export interface TagMutability {
  default: "MUTABLE" | "IMMUTABLE";
  except: readonly string[];
}

/**
 * `key` is an alias, a key id or an ARN; without one ECR uses the key that AWS manages. KMS_DSSE, encryption in two
 * layers, is offered in GovCloud alone.
 */
export type Encryption = { type: "AES256" } | { type: "KMS" | "KMS_DSSE"; key?: string };

/** A policy document, JSON in canonical form. */
export interface PolicyText {
  json: string;
}

/** What ECR says of a repository that exists. */
export interface RepositoryState {
  name: string;
  arn: string;
  /** `123456789012.dkr.ecr.us-east-1.amazonaws.com/name`, as ECR gives it. */
  uri: string;
  tagMutability: TagMutability;
  scanOnPush: boolean;
  /** `key` comes back as an ARN, whatever was given. */
  encryption: Encryption;
  /** JSON text as ECR has it; undefined where there is none, and where it was not read: unmanaged, or not ours. */
  lifecyclePolicy: string | undefined;
  /** As the lifecycle policy. */
  policy: string | undefined;
  tags: Readonly<Record<string, string>>;
}

/** The resource tag that says which mirror file owns a repository: `mirrorform=<name>`. */
export const OWNERSHIP_TAG = "mirrorform";
