import type { RepositoryNeed } from "./needs.ts";

/** The role that makes a call. `apply` also makes the calls of `plan`. */
export type RoleName = "plan" | "apply";

/** A condition on the ownership tag, in addition to the repository names. */
export type TagCondition =
  /** The call adds the ownership tag, and the repository is not owned by another mirror file. */
  | "adds-ownership-tag"
  /** The repository has the ownership tag. */
  | "owned"
  /** The repository has the ownership tag, and the call does not change it. */
  | "owned-keeps-tag";

/** An API call that needs permission. Requests to `/v2/` are listed under the IAM action that ECR requires. */
export interface Call {
  /** The prefix of the IAM action. Default: `ecr`. */
  service?: "tag";
  /** The IAM action, without the prefix. */
  action: string;
  role: RoleName;
  /** Undefined for account-wide calls. */
  on: "repository" | undefined;
  tagCondition?: TagCondition;
  /** Whether this repository needs the call. */
  isFor: (need: RepositoryNeed) => boolean;
  /** The "Needed for" column of docs/iam.md. */
  purpose: string;
  /** The "Granted" column of docs/iam.md. Default: always. */
  where?: string;
  /** The "If missing" column of docs/iam.md. Default: an error. */
  without?: string;
}

const always = (): boolean => true;

/**
 * Every call to ECR as a target, as listed in docs/iam.md. Tests compare it with runs that lack one action each.
 * DescribeRegistry is not included, because at AWS the registry's host name contains the account.
 * docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
 */
export const CALLS: readonly Call[] = [
  {
    action: "GetAuthorizationToken",
    role: "plan",
    on: undefined,
    isFor: always,
    purpose: "registry address, account and password",
  },
  {
    action: "GetAccountSetting",
    role: "plan",
    on: undefined,
    isFor: always,
    purpose: "whether layers can be mounted across repositories",
    without: "not known",
  },
  {
    action: "GetRegistryScanningConfiguration",
    role: "plan",
    on: undefined,
    isFor: ({ settings }) => settings.scanOnPush !== undefined,
    purpose: "whether the registry's scanning rules override the setting",
    where: "`scanOnPush`",
    without: "a note",
  },
  {
    action: "DescribeRepositoryCreationTemplates",
    role: "plan",
    on: undefined,
    isFor: always,
    purpose: "whether ECR creates missing repositories itself",
    without: "a note",
  },
  {
    service: "tag",
    action: "GetResources",
    role: "plan",
    on: undefined,
    isFor: always,
    purpose: "owned repositories that are no longer in the mirror file",
    without: "a note",
  },
  {
    action: "DescribeRepositories",
    role: "plan",
    on: "repository",
    isFor: always,
    purpose: "whether the repository exists",
  },
  {
    action: "ListTagsForResource",
    role: "plan",
    on: "repository",
    isFor: always,
    purpose: "which mirror file owns the repository",
  },
  {
    action: "BatchGetImage",
    role: "plan",
    on: "repository",
    isFor: always,
    purpose: "the digest of a tag; manifests and referrers",
  },
  {
    action: "ListImages",
    role: "plan",
    on: "repository",
    isFor: always,
    purpose: "whether a missing tag is archived",
    without: "not seen",
  },
  {
    action: "DescribeImages",
    role: "plan",
    on: "repository",
    isFor: always,
    purpose: "undeclared tags and images",
    without: "not shown; an error with `prune`",
  },
  {
    action: "GetLifecyclePolicy",
    role: "plan",
    on: "repository",
    isFor: ({ settings }) => settings.lifecyclePolicy !== undefined,
    purpose: "whether it matches the mirror file",
    where: "`lifecyclePolicy`",
  },
  {
    action: "GetRepositoryPolicy",
    role: "plan",
    on: "repository",
    isFor: ({ settings }) => settings.policy !== undefined,
    purpose: "whether it matches the mirror file",
    where: "`policy`",
  },
  {
    action: "GetDownloadUrlForLayer",
    role: "plan",
    on: "repository",
    isFor: ({ selectsPlatforms }) => selectsPlatforms,
    purpose: "the platform of a single-platform image",
    where: "`platforms`",
    without: "not checked",
  },
  {
    action: "CreateRepository",
    role: "apply",
    on: "repository",
    tagCondition: "adds-ownership-tag",
    isFor: always,
    purpose: "creating a missing repository",
  },
  {
    action: "TagResource",
    role: "apply",
    on: "repository",
    tagCondition: "adds-ownership-tag",
    isFor: always,
    purpose: "the ownership tag, when creating and with `adopt`",
  },
  {
    action: "TagResource",
    role: "apply",
    on: "repository",
    tagCondition: "owned-keeps-tag",
    isFor: ({ settings }) => Object.keys(settings.tags ?? {}).length > 0,
    purpose: "resource tags that differ",
    where: "`tags`",
  },
  {
    action: "PutImageTagMutability",
    role: "apply",
    on: "repository",
    tagCondition: "owned",
    isFor: ({ settings }) => settings.tagMutability !== undefined,
    purpose: "a setting that differs",
    where: "`tagMutability`",
  },
  {
    action: "PutImageScanningConfiguration",
    role: "apply",
    on: "repository",
    tagCondition: "owned",
    isFor: ({ settings }) => settings.scanOnPush !== undefined,
    purpose: "a setting that differs",
    where: "`scanOnPush`",
  },
  {
    action: "PutLifecyclePolicy",
    role: "apply",
    on: "repository",
    tagCondition: "owned",
    isFor: ({ settings: { lifecyclePolicy } }) => lifecyclePolicy !== undefined && lifecyclePolicy !== "none",
    purpose: "a setting that differs",
    where: "`lifecyclePolicy`",
  },
  {
    action: "DeleteLifecyclePolicy",
    role: "apply",
    on: "repository",
    tagCondition: "owned",
    isFor: ({ settings }) => settings.lifecyclePolicy === "none",
    purpose: "deleting an existing policy",
    where: "`lifecyclePolicy: none`",
  },
  {
    action: "SetRepositoryPolicy",
    role: "apply",
    on: "repository",
    tagCondition: "owned",
    isFor: ({ settings: { policy } }) => policy !== undefined && policy !== "none",
    purpose: "a setting that differs",
    where: "`policy`",
  },
  {
    action: "DeleteRepositoryPolicy",
    role: "apply",
    on: "repository",
    tagCondition: "owned",
    isFor: ({ settings }) => settings.policy === "none",
    purpose: "deleting an existing policy",
    where: "`policy: none`",
  },
  {
    action: "BatchCheckLayerAvailability",
    role: "apply",
    on: "repository",
    isFor: always,
    purpose: "which blobs are missing",
  },
  {
    action: "InitiateLayerUpload",
    role: "apply",
    on: "repository",
    isFor: always,
    purpose: "uploading a missing blob",
  },
  { action: "UploadLayerPart", role: "apply", on: "repository", isFor: always, purpose: "uploading a missing blob" },
  {
    action: "CompleteLayerUpload",
    role: "apply",
    on: "repository",
    isFor: always,
    purpose: "uploading a missing blob",
  },
  { action: "PutImage", role: "apply", on: "repository", isFor: always, purpose: "pushing manifests and tags" },
  {
    action: "GetDownloadUrlForLayer",
    role: "apply",
    on: "repository",
    isFor: ({ areBlobsShared }) => areBlobsShared,
    purpose: "blobs that another repository or target needs, including mounts",
    where: "several repositories or targets",
    without: "read from the source",
  },
  {
    action: "BatchDeleteImage",
    role: "apply",
    on: "repository",
    tagCondition: "owned",
    isFor: ({ deletesTags }) => deletesTags,
    purpose: "deleting undeclared or replaced tags",
    where: "`prune`, `pruneTags`, `replace`",
  },
];
