import type { Quirk } from "../quirk.ts";

/** What is special about Amazon ECR. Rates and numbers that a quirk binds are in `ecr-limits.ts`. */
export const ECR_QUIRKS = [
  {
    name: "ecr-get-lacks-digest",
    service: "ecr",
    what: "HEAD of a manifest has Docker-Content-Digest, GET lacks it",
    source: "ChangemakerStudios/Docker.Registry.DotNet#34; google/containerregistry#10",
    default: true,
  },
  {
    name: "ecr-translates-manifests",
    service: "ecr",
    what: "GET by tag with an Accept that lacks the stored media type is translated: other bytes, another digest",
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
    what: "Some artifacts, of an artifactType and with OCI's empty config, are refused: 405 UNSUPPORTED, 'Invalid JSON syntax'",
    source: "aws/containers-roadmap#2783; moby/buildkit#5747",
    default: false,
  },
  {
    name: "ecr-immutable-refuses-equal",
    service: "ecr",
    what: "An immutable tag put again at the digest that it has is refused like any other: 400 TAG_INVALID",
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
    what: "A blob upload to a missing repository may be cut without an answer",
    source: "aws/containers-roadmap#1970; dotnet/sdk-container-builds#279",
    default: true,
  },
  {
    name: "ecr-opaque-tag-pages",
    service: "ecr",
    what: "tags/list is paged by 100 in no lexical order; n above 1000, and a `last` that ECR did not make, are 405",
    source: "google/go-containerregistry#681; CodesWhat/drydock#927",
    default: true,
  },
  {
    name: "ecr-mount-needs-setting",
    service: "ecr",
    what: "A mount answers 202 unless the account setting BLOB_MOUNTING is ENABLED and both repositories are encrypted alike",
    source: "ECR user guide, blob-mounting",
    default: true,
  },
  {
    name: "ecr-mount-needs-manifest",
    service: "ecr",
    what: "A mount answers 202 until a manifest of the source repository names the blob",
    source: "aws/containers-roadmap#2860",
    default: true,
  },
  {
    name: "ecr-no-deletes",
    service: "ecr",
    what: "DELETE is not supported by the registry protocol: 405 UNSUPPORTED; images go by BatchDeleteImage",
    source: "OCI distribution-spec, content management is optional; ECR API reference, BatchDeleteImage",
    default: true,
  },
  {
    name: "ecr-kms-key-as-arn",
    service: "ecr",
    what: "A KMS key comes back as a key ARN, whether an alias, an id or nothing was given",
    source: "ECR API reference, EncryptionConfiguration; a known false drift of infrastructure tools",
    default: true,
  },
  {
    name: "ecr-policy-in-other-words",
    service: "ecr",
    what: "A repository policy comes back in other words: the root ARN for an account's number, a value for a list of one",
    source: "IAM user guide, AWS JSON policy elements: Principal; a known false drift of infrastructure tools",
    default: true,
  },
  {
    name: "ecr-put-image-throttle",
    service: "ecr",
    what: "More than 10 PutImage calls or manifest PUTs a second: 429 TOOMANYREQUESTS without Retry-After",
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
    what: "CreateRepository fails with LimitExceededException when the quota is full; a retry is useless",
    source: "ECR user guide, service quotas; ECR API reference, CreateRepository",
    default: false,
  },
] as const satisfies readonly Quirk[];

/** The name of one of {@link ECR_QUIRKS}. */
export type EcrQuirkName = (typeof ECR_QUIRKS)[number]["name"];
