/**
 * The request shapes of ECR's operations, detailed enough that invalid calls fail here as they do in ECR.
 * From the service model `ecr/2015-09-21`.
 */

/** A member of a request. `min` and `max` of a text count characters, those of a list count items. */
export type Member =
  | { kind: "text"; min?: number; max?: number; pattern?: RegExp; oneOf?: readonly string[] }
  | { kind: "number"; min: number; max: number }
  | { kind: "boolean" }
  | { kind: "list"; of: Member; min?: number; max?: number }
  | Structure;

/** The members of a request or of a nested structure. */
export interface Structure {
  kind: "structure";
  required: readonly string[];
  members: Readonly<Record<string, Member>>;
}

/** Relaxed to the OCI grammar on 2026-02-25 (botocore 1.42.57). */
const REPOSITORY_PATTERN = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const MAX_PAGE = 1000;
const MAX_REFERRER_PAGE = 50;
/** Images, layers or names per call. */
const MAX_BATCH = 100;
const MAX_REGISTRIES = 10;
const MAX_SCANNING_RULES = 2;
const MAX_EXCLUSION_FILTERS = 5;
const MAX_POLICY = 10_240;
const MIN_LIFECYCLE_POLICY = 100;
const MAX_LIFECYCLE_POLICY = 30_720;
const MAX_MANIFEST = 4_194_304;
const MAX_TAG = 300;
/** A layer part of 20,971,520 bytes, base64-encoded. */
const MAX_PART_TEXT = Math.ceil(20_971_520 / 3) * 4;
const MAX_SETTING = 64;

const text: Member = { kind: "text" };
const flag: Member = { kind: "boolean" };
const registryId: Member = { kind: "text", pattern: /^[0-9]{12}$/ };
const repositoryName: Member = { kind: "text", min: 2, max: 256, pattern: REPOSITORY_PATTERN };
const uploadId: Member = {
  kind: "text",
  pattern: /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
};
const layerDigest: Member = { kind: "text", pattern: /^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/ };
const byte: Member = { kind: "number", min: 0, max: Number.MAX_SAFE_INTEGER };
const maxResults: Member = { kind: "number", min: 1, max: MAX_PAGE };
const setting: Member = { kind: "text", min: 1, max: MAX_SETTING };
const mutability: Member = {
  kind: "text",
  oneOf: ["MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"],
};
const exclusionFilters = listOf(
  structure(["filterType", "filter"], {
    filterType: { kind: "text", oneOf: ["WILDCARD"] },
    filter: { kind: "text", min: 1, max: 128, pattern: /^[0-9a-zA-Z._*-]{1,128}$/ },
  }),
  1,
  MAX_EXCLUSION_FILTERS,
);
const scanning = structure([], { scanOnPush: flag });
const encryption = structure(["encryptionType"], {
  encryptionType: { kind: "text", oneOf: ["AES256", "KMS", "KMS_DSSE"] },
  kmsKey: { kind: "text", min: 1, max: 2048 },
});
const tags: Member = { kind: "list", of: structure(["Key", "Value"], { Key: text, Value: text }) };
const scanningRule = structure(["scanFrequency", "repositoryFilters"], {
  scanFrequency: { kind: "text", oneOf: ["SCAN_ON_PUSH", "CONTINUOUS_SCAN", "MANUAL"] },
  repositoryFilters: listOf(
    structure(["filter", "filterType"], {
      filter: { kind: "text", min: 1, max: 256, pattern: /^[a-z0-9*][a-z0-9*._/-]*$/ },
      filterType: { kind: "text", oneOf: ["WILDCARD"] },
    }),
    0,
    MAX_BATCH,
  ),
});
/** `ROOT` matches all names that no other template matches. */
const templatePrefix: Member = {
  kind: "text",
  min: 1,
  max: 256,
  pattern: /^((?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*\/?|ROOT)$/,
};
const imageIds = listOf(structure([], { imageDigest: text, imageTag: text }), 1, MAX_BATCH);
const status: Member = { kind: "text", oneOf: ["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"] };
const imageFilter = structure([], {
  tagStatus: { kind: "text", oneOf: ["TAGGED", "UNTAGGED", "ANY"] },
  imageStatus: status,
});
const named = { registryId, repositoryName };
const paged = { nextToken: text, maxResults };
const onlyName = structure(["repositoryName"], named);
const resourceArn = text;

/** The requests of the operations that the sandbox's ECR supports. */
export const ECR_REQUESTS: Readonly<Record<string, Structure>> = {
  GetAuthorizationToken: structure([], { registryIds: listOf(registryId, 1, MAX_REGISTRIES) }),
  DescribeRegistry: structure([], {}),
  GetAccountSetting: structure(["name"], { name: setting }),
  PutAccountSetting: structure(["name", "value"], { name: setting, value: setting }),
  GetRegistryScanningConfiguration: structure([], {}),
  PutRegistryScanningConfiguration: structure([], {
    scanType: { kind: "text", oneOf: ["BASIC", "ENHANCED"] },
    rules: listOf(scanningRule, 0, MAX_SCANNING_RULES),
  }),
  CreateRepositoryCreationTemplate: structure(["prefix", "appliedFor"], {
    prefix: templatePrefix,
    appliedFor: { kind: "list", of: { kind: "text", oneOf: ["PULL_THROUGH_CACHE", "REPLICATION", "CREATE_ON_PUSH"] } },
    imageTagMutability: mutability,
    encryptionConfiguration: encryption,
    resourceTags: tags,
  }),
  DescribeRepositoryCreationTemplates: structure([], {
    registryId,
    prefixes: listOf(templatePrefix, 0, MAX_BATCH),
    ...paged,
  }),
  CreateRepository: structure(["repositoryName"], {
    ...named,
    tags,
    imageTagMutability: mutability,
    imageTagMutabilityExclusionFilters: exclusionFilters,
    imageScanningConfiguration: scanning,
    encryptionConfiguration: encryption,
  }),
  DescribeRepositories: structure([], {
    registryId,
    repositoryNames: listOf(repositoryName, 1, MAX_BATCH),
    ...paged,
  }),
  DeleteRepository: structure(["repositoryName"], { ...named, force: flag }),
  PutImageTagMutability: structure(["repositoryName", "imageTagMutability"], {
    ...named,
    imageTagMutability: mutability,
    imageTagMutabilityExclusionFilters: exclusionFilters,
  }),
  PutImageScanningConfiguration: structure(["repositoryName", "imageScanningConfiguration"], {
    ...named,
    imageScanningConfiguration: scanning,
  }),
  PutLifecyclePolicy: structure(["repositoryName", "lifecyclePolicyText"], {
    ...named,
    lifecyclePolicyText: { kind: "text", min: MIN_LIFECYCLE_POLICY, max: MAX_LIFECYCLE_POLICY },
  }),
  GetLifecyclePolicy: onlyName,
  DeleteLifecyclePolicy: onlyName,
  SetRepositoryPolicy: structure(["repositoryName", "policyText"], {
    ...named,
    policyText: { kind: "text", max: MAX_POLICY },
    force: flag,
  }),
  GetRepositoryPolicy: onlyName,
  DeleteRepositoryPolicy: onlyName,
  TagResource: structure(["resourceArn", "tags"], { resourceArn, tags }),
  UntagResource: structure(["resourceArn", "tagKeys"], {
    resourceArn,
    tagKeys: { kind: "list", of: text },
  }),
  ListTagsForResource: structure(["resourceArn"], { resourceArn }),
  ListImages: structure(["repositoryName"], { ...named, ...paged, filter: imageFilter }),
  DescribeImages: structure(["repositoryName"], {
    ...named,
    ...paged,
    imageIds,
    filter: imageFilter,
  }),
  BatchGetImage: structure(["repositoryName", "imageIds"], {
    ...named,
    imageIds,
    acceptedMediaTypes: listOf(text, 1, MAX_BATCH),
  }),
  UpdateImageStorageClass: structure(["repositoryName", "imageId", "targetStorageClass"], {
    ...named,
    imageId: structure([], { imageDigest: text, imageTag: text }),
    targetStorageClass: { kind: "text", oneOf: ["STANDARD", "ARCHIVE"] },
  }),
  BatchDeleteImage: structure(["repositoryName", "imageIds"], { ...named, imageIds }),
  BatchCheckLayerAvailability: structure(["repositoryName", "layerDigests"], {
    ...named,
    layerDigests: listOf({ kind: "text", min: 0, max: 1000 }, 1, MAX_BATCH),
  }),
  PutImage: structure(["repositoryName", "imageManifest"], {
    ...named,
    imageManifest: { kind: "text", min: 1, max: MAX_MANIFEST },
    imageManifestMediaType: text,
    imageTag: { kind: "text", min: 1, max: MAX_TAG },
    imageDigest: text,
  }),
  InitiateLayerUpload: onlyName,
  UploadLayerPart: structure(["repositoryName", "uploadId", "partFirstByte", "partLastByte", "layerPartBlob"], {
    ...named,
    uploadId,
    partFirstByte: byte,
    partLastByte: byte,
    layerPartBlob: { kind: "text", max: MAX_PART_TEXT },
  }),
  CompleteLayerUpload: structure(["repositoryName", "uploadId", "layerDigests"], {
    ...named,
    uploadId,
    layerDigests: listOf(layerDigest, 1, MAX_BATCH),
  }),
  GetDownloadUrlForLayer: structure(["repositoryName", "layerDigest"], { ...named, layerDigest }),
  ListImageReferrers: structure(["repositoryName", "subjectId"], {
    ...named,
    subjectId: structure(["imageDigest"], { imageDigest: text }),
    filter: structure([], { artifactTypes: listOf(text, 0, 5), artifactStatus: status }),
    nextToken: text,
    maxResults: { kind: "number", min: 1, max: MAX_REFERRER_PAGE },
  }),
};

function structure(required: readonly string[], members: Record<string, Member>): Structure {
  return { kind: "structure", required, members };
}

function listOf(of: Member, min: number, max: number): Member {
  return { kind: "list", of, min, max };
}
