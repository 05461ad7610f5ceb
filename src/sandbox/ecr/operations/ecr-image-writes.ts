import { digestOf, type Digest } from "../../../oci/digest.ts";
import type { Manifest } from "../../../oci/manifest.ts";
import { isTag } from "../../../oci/reference.ts";
import { AwsError, immutableTagText, invalidParameter } from "../ecr-error.ts";
import { forEachImage, type ImageFailure, type ImageId } from "./ecr-image-ids.ts";
import { optionalText, text } from "../ecr-input.ts";
import type { Input } from "../ecr-input.ts";
import { isImmutable, missingReferences, missingText, parentsOf } from "./ecr-manifests.ts";
import { findRepository } from "../ecr-state.ts";
import type { EcrCall, Found, Operation } from "../ecr-state.ts";
import { readJsonObject } from "../../http/json-body.ts";
import type { Repository } from "../../registry/registry-store.ts";

/** JSON API operations that write images. */
export const imageWrites: Readonly<Record<string, Operation>> = {
  PutImage: putImage,
  BatchDeleteImage: batchDeleteImage,
};

function putImage(call: EcrCall): object {
  const { input, region } = call;
  const found = findRepository(region, text(input, "repositoryName"));
  const manifest = readImage(input);
  const tag = optionalText(input, "imageTag");
  if (tag !== undefined && !isTag(tag))
    throw invalidParameter("imageTag", "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'");
  checkTag(found, manifest, tag, region.account);
  checkReferences(call, found.repository, manifest);
  region.store.putManifest(found.repository, manifest, tag === undefined ? [] : [tag]);
  return {
    image: {
      registryId: region.account,
      repositoryName: found.repository.name,
      imageId: { imageDigest: manifest.digest, ...(tag === undefined ? {} : { imageTag: tag }) },
      imageManifest: text(input, "imageManifest"),
      imageManifestMediaType: manifest.mediaType,
    },
  };
}

function readImage(input: Input): Manifest {
  const bytes = Buffer.from(text(input, "imageManifest"));
  const declared = readJsonObject(bytes)?.["mediaType"];
  const given = optionalText(input, "imageManifestMediaType");
  const mediaType = typeof declared === "string" ? declared : given;
  if (readJsonObject(bytes) === undefined || mediaType === undefined) {
    throw invalidParameter("ImageManifest", "Invalid JSON syntax");
  }
  if (given !== undefined && given !== mediaType) {
    throw invalidParameter("imageManifestMediaType", "must be the media type of the image manifest");
  }
  const digest = digestOf(bytes);
  const claimed = optionalText(input, "imageDigest");
  if (claimed !== undefined && claimed !== digest) {
    throw new AwsError(
      "ImageDigestDoesNotMatchException",
      `The provided image digest '${claimed}' does not match the digest '${digest}' that Amazon ECR calculated`,
    );
  }
  return { bytes, digest, mediaType };
}

function checkTag(found: Found, manifest: Manifest, tag: string | undefined, account: string): void {
  const { repository, record } = found;
  const current = tag === undefined ? undefined : repository.tags.get(tag);
  const alreadyExists = tag === undefined ? repository.manifests.has(manifest.digest) : current === manifest.digest;
  if (alreadyExists) {
    const named = tag === undefined ? "" : ` and tag '${tag}'`;
    throw new AwsError(
      "ImageAlreadyExistsException",
      `Image with digest '${manifest.digest}'${named} already exists in the repository with name '${repository.name}' in registry with id '${account}'`,
    );
  }
  if (tag !== undefined && current !== undefined && isImmutable(record, tag)) {
    throw new AwsError("ImageTagAlreadyExistsException", immutableTagText(tag, repository.name));
  }
}

function checkReferences(call: EcrCall, repository: Repository, manifest: Manifest): void {
  if (!call.rules.checkReferences) return;
  const missing = missingReferences(repository, manifest);
  if (missing === undefined) return;
  throw new AwsError(
    missing.kind === "layers" ? "LayersNotFoundException" : "ReferencedImagesNotFoundException",
    missingText(missing, repository.name, call.region.account),
  );
}

function batchDeleteImage({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const { done, failures } = forEachImage(repository, input, (manifest, tag): ImageId[] | ImageFailure => {
    const tags = [...repository.tags].filter(([, digest]) => digest === manifest.digest).map(([name]) => name);
    // Deleting the last tag deletes the image (ECR API reference, BatchDeleteImage).
    const deletesImage = tag === undefined || tags.length === 1;
    const parents = deletesImage ? parentsOf(repository, manifest.digest) : [];
    if (parents.length > 0) return referenced(manifest.digest, tag, parents);
    if (deletesImage) region.store.removeManifest(repository, manifest.digest);
    else region.store.removeTag(repository, tag);
    const deletedTags = tag === undefined ? tags : [tag];
    return deletedTags.length === 0
      ? [{ imageDigest: manifest.digest }]
      : deletedTags.map((imageTag) => ({ imageDigest: manifest.digest, imageTag }));
  });
  return { imageIds: done.flat(), failures };
}

function referenced(imageDigest: Digest, tag: string | undefined, parents: Digest[]): ImageFailure {
  return {
    imageId: { imageDigest, ...(tag === undefined ? {} : { imageTag: tag }) },
    failureCode: "ImageReferencedByManifestList",
    failureReason: `Requested image referenced by manifest list: [${parents.join(", ")}]`,
  };
}
