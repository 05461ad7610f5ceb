import { parseDigest, type Digest } from "../../../oci/digest.ts";
import { isTag } from "../../../oci/reference.ts";
import { optionalStructures, optionalText, type Input } from "../ecr-input.ts";
import type { Repository, StoredManifest } from "../../registry/registry-store.ts";

/** An image identifier of the API. */
export interface ImageId {
  imageDigest?: string;
  imageTag?: string;
}

/** Why an image of a batch failed. Batches return failures instead of throwing. */
export interface ImageFailure {
  imageId: ImageId;
  failureCode: string;
  failureReason: string;
}

/**
 * Applies `process` to each image in a call's `imageIds`, in order. Collects unresolved IDs and failures of `process`,
 * because batch operations answer 200 even if all members fail.
 */
export function forEachImage<Done>(
  repository: Repository,
  input: Input,
  process: (manifest: StoredManifest, tag: string | undefined) => Done | ImageFailure,
): { done: Done[]; failures: ImageFailure[] } {
  const done: Done[] = [];
  const failures: ImageFailure[] = [];
  for (const id of optionalStructures(input, "imageIds") ?? []) {
    const manifest = resolveImage(repository, id);
    const result = isFailure(manifest) ? manifest : process(manifest, optionalText(id, "imageTag"));
    if (isFailure(result)) failures.push(result);
    else done.push(result);
  }
  return { done, failures };
}

/** Resolves an image ID to its manifest, or to a failure. */
export function resolveImage(repository: Repository, id: Input): StoredManifest | ImageFailure {
  const digestText = optionalText(id, "imageDigest");
  const tag = optionalText(id, "imageTag");
  const imageId = {
    ...(digestText === undefined ? {} : { imageDigest: digestText }),
    ...(tag === undefined ? {} : { imageTag: tag }),
  };
  const fail = (failureCode: string, failureReason: string): ImageFailure => ({
    imageId,
    failureCode,
    failureReason,
  });
  if (digestText === undefined && tag === undefined) {
    return fail("MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null");
  }
  const digest = digestText === undefined ? undefined : parseDigest(digestText);
  if (digestText !== undefined && digest === undefined) {
    return fail(
      "InvalidImageDigest",
      "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
    );
  }
  if (tag !== undefined && !isTag(tag)) {
    return fail("InvalidImageTag", `Invalid request parameters: image tag '${tag}' is not valid`);
  }
  const tagged = tag === undefined ? undefined : repository.tags.get(tag);
  if (tag !== undefined && tagged === undefined) return fail("ImageNotFound", "Requested image not found");
  if (digest !== undefined && tagged !== undefined && tagged !== digest) {
    return fail("ImageTagDoesNotMatchDigest", "Requested image tag does not match the digest");
  }
  const manifest = repository.manifests.get((digest ?? tagged) as Digest);
  return manifest ?? fail("ImageNotFound", "Requested image not found");
}

/** Checks whether a value is an {@link ImageFailure}. */
export function isFailure(value: unknown): value is ImageFailure {
  return typeof value === "object" && value !== null && "failureCode" in value;
}
