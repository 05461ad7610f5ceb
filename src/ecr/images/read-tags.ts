import { BatchGetImageCommand, type BatchGetImageResponse, type Image, type ImageFailure } from "@aws-sdk/client-ecr";
import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { matchesDigest, parseDigest, type Digest } from "../../oci/digest.ts";
import { DOCKER_MANIFEST, isSchema1Type, MANIFEST_MEDIA_TYPES, OCI_INDEX, OCI_MANIFEST } from "../../oci/media-type.ts";
import { kmsHint } from "../../registry/errors/kms-failure.ts";
import { plainText } from "../../plain-text.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";

/** The manifest that a tag points at. */
export interface TagState {
  digest: Digest;
  mediaType: string;
  /** As stored, verified against the digest. Docker schema 1 is not verified, because its digest excludes the signatures. */
  manifest: Uint8Array;
}

/** The maximum of BatchGetImage. */
export const BATCH_SIZE = 100;

/**
 * Reads the manifests of tags, up to 100 per call. The map omits tags that do not exist, and is empty if the repository
 * does not exist. A tag that the response omits is an error.
 * @throws MirrorError, among them DIGEST_MISMATCH
 */
export async function readTags(
  client: EcrClient,
  repository: string,
  tags: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, TagState>> {
  const distinct = [...new Set(tags)];
  const found = new Map<string, TagState>();
  try {
    for (let start = 0; start < distinct.length; start += BATCH_SIZE) {
      await readBatch(client, repository, distinct.slice(start, start + BATCH_SIZE), found, signal);
    }
  } catch (error) {
    if (error instanceof MirrorError && error.code === "REPOSITORY_UNKNOWN") return new Map();
    throw error;
  }
  return found;
}

async function readBatch(
  client: EcrClient,
  repository: string,
  tags: readonly string[],
  found: Map<string, TagState>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const call: EcrCall = {
    operation: "read tags of",
    action: "BatchGetImage",
    reference: repository,
    refusal: "UNEXPECTED_RESPONSE",
  };
  const input = {
    repositoryName: repository,
    imageIds: tags.map((imageTag) => ({ imageTag })),
    // Without all of them, ECR may convert the manifest, which changes bytes and digest (ECR user guide, image-manifest-formats).
    acceptedMediaTypes: [...MANIFEST_MEDIA_TYPES],
  };
  try {
    const answer = await client.call(call, signal, (sdk, options) =>
      sdk.send(new BatchGetImageCommand(input), options),
    );
    readAnswer(repository, tags, answer, found);
  } catch (error) {
    if (!(error instanceof MirrorError) || error.code !== "TOO_LARGE" || tags.length === 1) throw error;
    // The manifests are too large together. Each of them has at most 4 MiB.
    const half = Math.ceil(tags.length / 2);
    await readBatch(client, repository, tags.slice(0, half), found, signal);
    await readBatch(client, repository, tags.slice(half), found, signal);
  }
}

function readAnswer(
  repository: string,
  tags: readonly string[],
  answer: BatchGetImageResponse,
  found: Map<string, TagState>,
): void {
  const remaining = new Set(tags);
  for (const failure of answer.failures ?? []) {
    const tag = failure.imageId?.imageTag;
    if (failure.failureCode !== "ImageNotFound") throw failedImage(repository, tag, failure);
    if (tag !== undefined) remaining.delete(tag);
  }
  for (const image of answer.images ?? []) {
    const tag = image.imageId?.imageTag;
    if (tag === undefined || !remaining.delete(tag)) continue;
    found.set(tag, readImage(`${repository}:${tag}`, image));
  }
  const [omitted] = remaining;
  if (omitted === undefined) return;
  throw problem("UNEXPECTED_RESPONSE", `${repository}:${omitted}`, "ECR's response omits the tag");
}

function readImage(reference: string, image: Image): TagState {
  const digest = parseDigest(image.imageId?.imageDigest ?? "");
  const text = image.imageManifest;
  if (digest === undefined || text === undefined)
    throw problem("UNEXPECTED_RESPONSE", reference, "ECR returned no digest or no manifest");
  const manifest = Buffer.from(text, "utf8");
  const mediaType = image.imageManifestMediaType ?? mediaTypeOf(text);
  if (!isSchema1Type(mediaType) && !matchesDigest(manifest, digest)) {
    throw problem("DIGEST_MISMATCH", reference, `ECR returned a manifest that does not match ${digest}`);
  }
  return { digest, mediaType, manifest };
}

/** Determines the media type of a manifest that ECR returns without one, from its `mediaType` or its form. */
function mediaTypeOf(text: string): string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return DOCKER_MANIFEST;
  }
  if (typeof body !== "object" || body === null) return DOCKER_MANIFEST;
  if ("mediaType" in body && typeof body.mediaType === "string") return body.mediaType;
  if ("schemaVersion" in body && body.schemaVersion === 1)
    return "application/vnd.docker.distribution.manifest.v1+prettyjws";
  return "manifests" in body ? OCI_INDEX : OCI_MANIFEST;
}

const UPSTREAM_DENIED = "UpstreamAccessDenied";

/** Failure codes of BatchGetImage other than a missing image (ECR API reference, ImageFailure). */
const FAILURES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  [UPSTREAM_DENIED, "DENIED"],
  ["UpstreamTooManyRequests", "TOO_MANY_REQUESTS"],
  ["UpstreamUnavailable", "SERVER_ERROR"],
  ["KmsError", "REPOSITORY_FAILED"],
]);

function failedImage(repository: string, tag: string | undefined, failure: ImageFailure): MirrorError {
  const name = failure.failureCode ?? "unknown failure";
  const reason = failure.failureReason === undefined ? "" : `: ${plainText(failure.failureReason)}`;
  const reference = tag === undefined ? repository : `${repository}:${tag}`;
  return problem(
    FAILURES.get(name) ?? "UNEXPECTED_RESPONSE",
    reference,
    `${plainText(name)}${reason}`,
    hintOf(failure),
  );
}

function hintOf({ failureCode, failureReason = "" }: ImageFailure): string | undefined {
  if (failureCode === "KmsError") return kmsHint(failureReason);
  return failureCode === UPSTREAM_DENIED
    ? "check the upstream credentials of the repository's pull-through cache rule"
    : undefined;
}

function problem(code: ErrorCode, reference: string, message: string, hint?: string): MirrorError {
  return new MirrorError(message, { code, side: "target", operation: "read tag", reference, hint });
}
