import type { Quirk } from "../quirk.ts";

/** Amazon ECR's deviations. The numbers for quota quirks are in `ecr-limits.ts`. */
export const ECR_QUIRKS = [
  {
    name: "ecr-get-lacks-digest",
    service: "ecr",
    what: "HEAD of a manifest returns Docker-Content-Digest, but GET does not",
    source: "ChangemakerStudios/Docker.Registry.DotNet#34; google/containerregistry#10",
    default: true,
  },
  {
    name: "ecr-translates-manifests",
    service: "ecr",
    what: "GET by tag with an Accept that lacks the stored media type converts the manifest: different bytes, different digest",
    source: "ECR user guide, Container image manifest format support",
    default: true,
  },
  {
    name: "ecr-needs-media-type",
    service: "ecr",
    what: "A manifest without a top-level mediaType is refused: 405 UNSUPPORTED, 'Invalid JSON syntax'",
    source: "containers/image docker/docker_image_dest.go; podman#1719",
    default: true,
  },
  {
    name: "ecr-refuses-empty-config",
    service: "ecr",
    what: "Some artifacts with an artifactType and OCI's empty config are refused: 405 UNSUPPORTED, 'Invalid JSON syntax'",
    source: "aws/containers-roadmap#2783; moby/buildkit#5747",
    default: false,
  },
  {
    name: "ecr-immutable-refuses-equal",
    service: "ecr",
    what: "Pushing an immutable tag again is refused even with the same digest: 400 TAG_INVALID",
    source: "aws/containers-roadmap#2179, #2380",
    default: true,
  },
  {
    name: "ecr-patch-created",
    service: "ecr",
    what: "PATCH of a blob upload answers 201, not 202",
    source: "openai/tart#273; dotnet/sdk-container-builds#279",
    default: true,
  },
  {
    name: "ecr-drops-later-patches",
    service: "ecr",
    what: "The body of every PATCH after the first is dropped, and Range does not advance",
    source: "aws/containers-roadmap#2831",
    default: true,
  },
  {
    name: "ecr-cuts-uploads",
    service: "ecr",
    what: "The connection of a blob upload to a missing repository may be closed without an answer",
    source: "aws/containers-roadmap#1970; dotnet/sdk-container-builds#279",
    default: true,
  },
  {
    name: "ecr-opaque-tag-pages",
    service: "ecr",
    what: "tags/list has pages of 100 in no lexical order; n above 1000, or a `last` not issued by ECR, is answered with 405",
    source: "google/go-containerregistry#681; CodesWhat/drydock#927",
    default: true,
  },
  {
    name: "ecr-mount-needs-setting",
    service: "ecr",
    what: "A mount is answered with 202 unless BLOB_MOUNTING is ENABLED for the account and both repositories have the same encryption",
    source: "ECR user guide, blob-mounting",
    default: true,
  },
  {
    name: "ecr-mount-needs-manifest",
    service: "ecr",
    what: "A mount is answered with 202 until a manifest in the source repository refers to the blob",
    source: "aws/containers-roadmap#2860",
    default: true,
  },
  {
    name: "ecr-no-deletes",
    service: "ecr",
    what: "The registry protocol does not support DELETE: 405 UNSUPPORTED; BatchDeleteImage deletes images",
    source: "OCI distribution-spec, content management is optional; ECR API reference, BatchDeleteImage",
    default: true,
  },
  {
    name: "ecr-kms-key-as-arn",
    service: "ecr",
    what: "A KMS key is returned as a key ARN, whether an alias, an ID or nothing was given",
    source: "ECR API reference, EncryptionConfiguration; a known false drift of infrastructure tools",
    default: true,
  },
  {
    name: "ecr-policy-in-other-words",
    service: "ecr",
    what: "A repository policy is returned rewritten: account IDs become root ARNs, lists of one item become the item",
    source: "IAM user guide, AWS JSON policy elements: Principal; a known false drift of infrastructure tools",
    default: true,
  },
  {
    name: "ecr-put-image-throttle",
    service: "ecr",
    what: "More than 10 PutImage calls or manifest PUTs per second are refused: 429 TOOMANYREQUESTS without Retry-After",
    source: "ECR user guide, service quotas and common error codes; containerd/containerd#10447",
    default: false,
  },
  {
    name: "ecr-api-throttle",
    service: "ecr",
    what: "The JSON API throttles with 400 ThrottlingException, 'Rate exceeded'",
    source: "concourse/docker-image-resource#115",
    default: false,
  },
  {
    name: "ecr-repository-quota",
    service: "ecr",
    what: "CreateRepository fails with LimitExceededException when the quota is reached; a retry does not help",
    source: "ECR user guide, service quotas; ECR API reference, CreateRepository",
    default: false,
  },
] as const satisfies readonly Quirk[];

/** The name of a row of {@link ECR_QUIRKS}. */
export type EcrQuirkName = (typeof ECR_QUIRKS)[number]["name"];
