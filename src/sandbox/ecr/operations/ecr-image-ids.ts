import { parseDigest, type Digest } from "../../../oci/digest.ts";
import { isTag } from "../../../oci/reference.ts";
import { optionalStructures, optionalText, type Input } from "../ecr-input.ts";
import type { Repository, StoredManifest } from "../../registry/registry-store.ts";

/** An image as the API names it. */
export interface ImageId {
  imageDigest?: string;
  imageTag?: string;
}

/** Why an image of a batch could not be had; a batch answers with these and throws nothing. */
export interface ImageFailure {
  imageId: ImageId;
  failureCode: string;
  failureReason: string;
}

/**
 * Does something with each image of a call's `imageIds`, in their order. What names no image, or what `take` gives as
 * a failure, is among the failures: a batch of the API answers 200 whatever became of its members.
 */
export function forEachImage<Done>(
  repository: Repository,
  input: Input,
  take: (manifest: StoredManifest, tag: string | undefined) => Done | ImageFailure,
): { done: Done[]; failures: ImageFailure[] } {
  const done: Done[] = [];
  const failures: ImageFailure[] = [];
  for (const id of optionalStructures(input, "imageIds") ?? []) {
    const manifest = resolveImage(repository, id);
    const taken = isFailure(manifest) ? manifest : take(manifest, optionalText(id, "imageTag"));
    if (isFailure(taken)) failures.push(taken);
    else done.push(taken);
  }
  return { done, failures };
}

/** The image that an id names, or why it names none. */
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

/** Tells a failure from what stands beside it. */
export function isFailure(value: unknown): value is ImageFailure {
  return typeof value === "object" && value !== null && "failureCode" in value;
}
