import { BatchDeleteImageCommand, type ImageFailure } from "@aws-sdk/client-ecr";

import { MirrorError } from "../../errors.ts";
import { parseDigest } from "../../oci/digest.ts";
import { plainText } from "../../plain-text.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import type { Removable, Removed } from "../../repository/repository-admin.ts";

/** The maximum of BatchDeleteImage. */
const MAX_IMAGES_PER_CALL = 100;

/**
 * Deletes tags or images (BatchDeleteImage). A tag is deleted by its name only. What ECR does with both tag and digest
 * is undocumented; it may delete the image with its other tags.
 * @returns the outcomes, in the same order
 * @throws MirrorError DENIED, UNEXPECTED_RESPONSE, …
 */
export async function removeImages(
  client: EcrClient,
  repository: string,
  removables: readonly Removable[],
  signal?: AbortSignal,
): Promise<Removed[]> {
  const results: Removed[] = [];
  for (let start = 0; start < removables.length; start += MAX_IMAGES_PER_CALL) {
    results.push(
      ...(await removeBatch(client, repository, removables.slice(start, start + MAX_IMAGES_PER_CALL), signal)),
    );
  }
  return results;
}

async function removeBatch(
  client: EcrClient,
  repository: string,
  batch: readonly Removable[],
  signal: AbortSignal | undefined,
): Promise<Removed[]> {
  const call: EcrCall = {
    operation: "delete images from",
    action: "BatchDeleteImage",
    reference: repository,
    refusal: "UNEXPECTED_RESPONSE",
  };
  const imageIds = batch.map((each) => (each.kind === "tag" ? { imageTag: each.tag } : { imageDigest: each.digest }));
  const answer = await client.call(call, signal, (sdk, options) =>
    sdk.send(new BatchDeleteImageCommand({ repositoryName: repository, imageIds }), options),
  );
  const deleted = new Set((answer.imageIds ?? []).flatMap(({ imageTag, imageDigest }) => [imageTag, imageDigest]));
  return batch.map((each) => {
    const name = nameOf(each);
    const failure = (answer.failures ?? []).find(({ imageId }) =>
      each.kind === "tag"
        ? imageId?.imageTag === name
        : imageId?.imageDigest === name && imageId.imageTag === undefined,
    );
    if (failure !== undefined) return resultOf(failure, repository, name);
    if (deleted.has(name)) return "removed";
    throw problem(repository, name, "ECR's response omits the image");
  });
}

function resultOf(failure: ImageFailure, repository: string, name: string): Removed {
  if (failure.failureCode === "ImageNotFound") return "absent";
  if (failure.failureCode === "ImageReferencedByManifestList") return "in-use";
  const reason = failure.failureReason === undefined ? "" : `: ${plainText(failure.failureReason)}`;
  throw problem(repository, name, `${plainText(failure.failureCode ?? "unknown failure")}${reason}`);
}

function nameOf(removable: Removable): string {
  return removable.kind === "tag" ? removable.tag : removable.digest;
}

function problem(repository: string, name: string, message: string): MirrorError {
  return new MirrorError(message, {
    code: "UNEXPECTED_RESPONSE",
    side: "target",
    operation: "delete",
    reference: parseDigest(name) === undefined ? `${repository}:${name}` : `${repository}@${name}`,
  });
}
