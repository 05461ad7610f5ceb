import { BatchGetImageCommand, type BatchGetImageResponse, type Image, type ImageFailure } from "@aws-sdk/client-ecr";
import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { matchesDigest, parseDigest, type Digest } from "../../oci/digest.ts";
import { DOCKER_MANIFEST, isSchema1Type, MANIFEST_MEDIA_TYPES, OCI_INDEX, OCI_MANIFEST } from "../../oci/media-type.ts";
import { plainText } from "../../plain-text.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";

/** What a tag holds. */
export interface TagState {
  digest: Digest;
  mediaType: string;
  /** As stored, checked against the digest; Docker schema 1 aside, whose digest leaves its signatures out. */
  manifest: Uint8Array;
}

/** As many images as BatchGetImage takes. */
export const BATCH_SIZE = 100;

const OPERATION = "read tags of";

/**
 * Reads what tags hold, up to 100 a call; absent tags are missing from the map, as all are without the repository.
 * A tag that the answer does not speak of is an error, never "absent".
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
    operation: OPERATION,
    action: "BatchGetImage",
    reference: repository,
    refusal: "UNEXPECTED_RESPONSE",
  };
  const input = {
    repositoryName: repository,
    imageIds: tags.map((imageTag) => ({ imageTag })),
    // All of them, or ECR may translate what it stores, and bytes and digest differ (ECR user guide, image-manifest-formats).
    acceptedMediaTypes: [...MANIFEST_MEDIA_TYPES],
  };
  try {
    const answer = await client.call(call, signal, (sdk, options) =>
      sdk.send(new BatchGetImageCommand(input), options),
    );
    readAnswer(repository, tags, answer, found);
  } catch (error) {
    if (!(error instanceof MirrorError) || error.code !== "TOO_LARGE" || tags.length === 1) throw error;
    // Many large manifests together: each alone is at most 4 MiB.
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
  const open = new Set(tags);
  for (const failure of answer.failures ?? []) {
    const tag = failure.imageId?.imageTag;
    if (failure.failureCode !== "ImageNotFound") throw failedImage(repository, tag, failure);
    if (tag !== undefined) open.delete(tag);
  }
  for (const image of answer.images ?? []) {
    const tag = image.imageId?.imageTag;
    if (tag === undefined || !open.delete(tag)) continue;
    found.set(tag, readImage(`${repository}:${tag}`, image));
  }
  const [silent] = open;
  if (silent === undefined) return;
  throw problem(
    "UNEXPECTED_RESPONSE",
    `${repository}:${silent}`,
    "ECR said neither what the tag holds nor that it is absent",
  );
}

function readImage(reference: string, image: Image): TagState {
  const digest = parseDigest(image.imageId?.imageDigest ?? "");
  const text = image.imageManifest;
  if (digest === undefined || text === undefined)
    throw problem("UNEXPECTED_RESPONSE", reference, "ECR gave no digest or no manifest");
  const manifest = Buffer.from(text, "utf8");
  const mediaType = image.imageManifestMediaType ?? mediaTypeOf(text);
  if (!isSchema1Type(mediaType) && !matchesDigest(manifest, digest)) {
    throw problem("DIGEST_MISMATCH", reference, `ECR gave a manifest that is not ${digest}`);
  }
  return { digest, mediaType, manifest };
}

/** For manifests that ECR gives without a type: what they say themselves, or what their shape tells. */
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

/** Failure codes of BatchGetImage that are not "absent" (ECR API reference, ImageFailure). */
const FAILURES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["UpstreamAccessDenied", "DENIED"],
  ["UpstreamTooManyRequests", "TOO_MANY_REQUESTS"],
  ["UpstreamUnavailable", "SERVER_ERROR"],
  ["KmsError", "REPOSITORY_FAILED"],
]);

function failedImage(repository: string, tag: string | undefined, failure: ImageFailure): MirrorError {
  const name = failure.failureCode ?? "an unnamed failure";
  const reason = failure.failureReason === undefined ? "" : `: ${plainText(failure.failureReason)}`;
  const reference = tag === undefined ? repository : `${repository}:${tag}`;
  return problem(FAILURES.get(name) ?? "UNEXPECTED_RESPONSE", reference, `${plainText(name)}${reason}`);
}

function problem(code: ErrorCode, reference: string, message: string): MirrorError {
  return new MirrorError(message, { code, side: "target", operation: OPERATION, reference });
}
