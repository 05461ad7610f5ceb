import { BatchDeleteImageCommand, type ImageFailure } from "@aws-sdk/client-ecr";

import { MirrorError } from "../../errors.ts";
import { parseDigest } from "../../oci/digest.ts";
import { plainText } from "../../plain-text.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import type { Removable, Removed } from "../../repository/repository-admin.ts";

/** As many images as BatchDeleteImage takes. */
const MAX_IMAGES_PER_CALL = 100;

const OPERATION = "delete from repository";

/**
 * Removes tags or images (BatchDeleteImage). A tag goes by its name alone: what ECR does when it is given tag and
 * digest together is not written anywhere, and it may be the whole image with its other tags.
 * @returns what became of each, in their order
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
    operation: OPERATION,
    action: "BatchDeleteImage",
    reference: repository,
    refusal: "UNEXPECTED_RESPONSE",
  };
  const imageIds = batch.map((each) => ("tag" in each ? { imageTag: each.tag } : { imageDigest: each.digest }));
  const answer = await client.call(call, signal, (sdk, options) =>
    sdk.send(new BatchDeleteImageCommand({ repositoryName: repository, imageIds }), options),
  );
  const gone = new Set((answer.imageIds ?? []).flatMap(({ imageTag, imageDigest }) => [imageTag, imageDigest]));
  return batch.map((each) => {
    const name = nameOf(each);
    const failure = (answer.failures ?? []).find(({ imageId }) =>
      "tag" in each ? imageId?.imageTag === name : imageId?.imageDigest === name && imageId.imageTag === undefined,
    );
    if (failure !== undefined) return resultOf(failure, repository, name);
    if (gone.has(name)) return "removed";
    throw problem(repository, name, "ECR said neither that it is deleted nor why not");
  });
}

function resultOf(failure: ImageFailure, repository: string, name: string): Removed {
  if (failure.failureCode === "ImageNotFound") return "absent";
  if (failure.failureCode === "ImageReferencedByManifestList") return "in-use";
  const reason = failure.failureReason === undefined ? "" : `: ${plainText(failure.failureReason)}`;
  throw problem(repository, name, `${plainText(failure.failureCode ?? "an unnamed failure")}${reason}`);
}

function nameOf(removable: Removable): string {
  return "tag" in removable ? removable.tag : removable.digest;
}

function problem(repository: string, name: string, message: string): MirrorError {
  return new MirrorError(message, {
    code: "UNEXPECTED_RESPONSE",
    side: "target",
    operation: OPERATION,
    reference: parseDigest(name) === undefined ? `${repository}:${name}` : `${repository}@${name}`,
  });
}
