import { parseDigest, type Digest } from "../oci/digest.ts";
import { isTag } from "../oci/reference.ts";
import { AwsError, invalidParameter } from "./ecr-error.ts";
import {
  optionalNumber,
  optionalStructure,
  optionalStructures,
  optionalText,
  optionalTexts,
  text,
} from "./ecr-input.ts";
import type { Input } from "./ecr-input.ts";
import { imageSize } from "./ecr-manifests.ts";
import { DEFAULT_PAGE, pageOf, type Page } from "./ecr-page.ts";
import { findRepository, seconds } from "./ecr-state.ts";
import type { EcrCall, Operation } from "./ecr-state.ts";
import { readJsonObject } from "./json-object.ts";
import { subjectOf } from "./registry-referrers.ts";
import type { Repository, StoredManifest } from "./store.ts";

/** What reads images over the JSON API. */
export const imageReads: Readonly<Record<string, Operation>> = {
  ListImages: listImages,
  DescribeImages: describeImages,
  BatchGetImage: batchGetImage,
  ListImageReferrers: listImageReferrers,
};

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

/** A page of ListImageReferrers (API reference). */
const DEFAULT_REFERRER_PAGE = 20;

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

function listImages({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const ids = filteredImages(repository, input).flatMap(({ digest }): ImageId[] => {
    const tags = tagsOf(repository, digest);
    return tags.length === 0 ? [{ imageDigest: digest }] : tags.map((imageTag) => ({ imageDigest: digest, imageTag }));
  });
  const page = pageFor(ids, input, DEFAULT_PAGE);
  return { imageIds: page.items, ...nextToken(page) };
}

function describeImages({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const ids = optionalStructures(input, "imageIds");
  const describe = (manifest: StoredManifest): object => detail(repository, manifest, region.account);
  if (ids === undefined) {
    const page = pageFor(filteredImages(repository, input), input, DEFAULT_PAGE);
    return { imageDetails: page.items.map(describe), ...nextToken(page) };
  }
  for (const member of ["nextToken", "maxResults"]) {
    if ((input[member] ?? undefined) !== undefined) throw invalidParameter(member, "cannot be used with imageIds");
  }
  const found = ids.map((id) => {
    const manifest = resolveImage(repository, id);
    if ("failureCode" in manifest) throw imageNotFound(id, repository.name, region.account);
    return manifest;
  });
  return { imageDetails: [...new Set(found)].map(describe) };
}

function batchGetImage({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const images: object[] = [];
  const failures: ImageFailure[] = [];
  for (const id of optionalStructures(input, "imageIds") ?? []) {
    const manifest = resolveImage(repository, id);
    if ("failureCode" in manifest) {
      failures.push(manifest);
      continue;
    }
    const imageTag = optionalText(id, "imageTag");
    images.push({
      registryId: region.account,
      repositoryName: repository.name,
      imageId: { imageDigest: manifest.digest, ...(imageTag === undefined ? {} : { imageTag }) },
      imageManifest: new TextDecoder("utf-8", { ignoreBOM: true }).decode(manifest.bytes),
      imageManifestMediaType: manifest.mediaType,
    });
  }
  return { images, failures };
}

function listImageReferrers({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const subject = text(optionalStructure(input, "subjectId") ?? {}, "imageDigest");
  const filter = optionalStructure(input, "filter") ?? {};
  const types = optionalTexts(filter, "artifactTypes") ?? [];
  const referrers = [...repository.manifests.values()]
    .filter((manifest) => isActive(filter, "artifactStatus") && subjectOf(manifest) === subject)
    .map((manifest) => ({
      digest: manifest.digest,
      mediaType: manifest.mediaType,
      size: manifest.bytes.byteLength,
      artifactStatus: "ACTIVE",
      ...artifactTypeOf(manifest),
    }))
    .filter(({ artifactType }) => types.length === 0 || types.includes(artifactType ?? ""));
  const page = pageFor(referrers, input, DEFAULT_REFERRER_PAGE);
  return { referrers: page.items, ...nextToken(page) };
}

function detail(repository: Repository, manifest: StoredManifest, account: string): object {
  const tags = tagsOf(repository, manifest.digest);
  const subject = subjectOf(manifest);
  return {
    registryId: account,
    repositoryName: repository.name,
    imageDigest: manifest.digest,
    ...(tags.length === 0 ? {} : { imageTags: tags }),
    imageSizeInBytes: imageSize(repository, manifest),
    imagePushedAt: seconds(manifest.pushedAt),
    imageManifestMediaType: manifest.mediaType,
    ...artifactMediaType(manifest),
    ...(subject === undefined ? {} : { subjectManifestDigest: subject }),
    imageStatus: "ACTIVE",
  };
}

function artifactTypeOf(manifest: StoredManifest): { artifactType?: string } {
  const body = readJsonObject(manifest.bytes) ?? {};
  const config = body["config"];
  const type =
    body["artifactType"] ??
    (typeof config === "object" && config !== null && "mediaType" in config ? config.mediaType : undefined);
  return typeof type === "string" ? { artifactType: type } : {};
}

function artifactMediaType(manifest: StoredManifest): object {
  const { artifactType } = artifactTypeOf(manifest);
  return artifactType === undefined ? {} : { artifactMediaType: artifactType };
}

function filteredImages(repository: Repository, input: Input): StoredManifest[] {
  const filter = optionalStructure(input, "filter") ?? {};
  if (!isActive(filter, "imageStatus")) return [];
  const status = optionalText(filter, "tagStatus") ?? "ANY";
  return [...repository.manifests.values()].filter(({ digest }) => {
    const isTagged = tagsOf(repository, digest).length > 0;
    return status === "ANY" || isTagged === (status === "TAGGED");
  });
}

/** Nothing here is ever archived, so each image is ACTIVE: without a filter just those are asked for. */
function isActive(filter: Input, member: string): boolean {
  return ["ACTIVE", "ANY"].includes(optionalText(filter, member) ?? "ACTIVE");
}

function tagsOf(repository: Repository, digest: Digest): string[] {
  return [...repository.tags].filter(([, named]) => named === digest).map(([tag]) => tag);
}

function pageFor<Item>(all: readonly Item[], input: Input, size: number): Page<Item> {
  const page = pageOf(all, optionalText(input, "nextToken"), optionalNumber(input, "maxResults") ?? size);
  if (page === undefined) throw invalidParameter("nextToken", "Invalid next token provided");
  return page;
}

function nextToken(page: Page<unknown>): { nextToken?: string } {
  return page.next === undefined ? {} : { nextToken: page.next };
}

function imageNotFound(id: Input, repository: string, account: string): AwsError {
  const named = `{imageDigest:'${optionalText(id, "imageDigest") ?? "null"}', imageTag:'${optionalText(id, "imageTag") ?? "null"}'}`;
  return new AwsError(
    "ImageNotFoundException",
    `The image with imageId ${named} does not exist within the repository with name '${repository}' in the registry with id '${account}'`,
  );
}
