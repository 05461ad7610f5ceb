import type { Digest } from "../../../oci/digest.ts";
import { isArchived } from "./ecr-archive.ts";
import { AwsError, invalidParameter } from "../ecr-error.ts";
import { forEachImage, isFailure, resolveImage, type ImageId } from "./ecr-image-ids.ts";
import {
  optionalNumber,
  optionalStructure,
  optionalStructures,
  optionalText,
  optionalTexts,
  text,
} from "../ecr-input.ts";
import type { Input } from "../ecr-input.ts";
import { imageSize } from "./ecr-manifests.ts";
import { DEFAULT_PAGE, pageOf, type Page } from "../ecr-page.ts";
import { findRepository, seconds } from "../ecr-state.ts";
import type { EcrCall, EcrRegion, Operation } from "../ecr-state.ts";
import { artifactTypeOf, subjectOf } from "../../registry/registry-referrers.ts";
import type { Repository, StoredManifest } from "../../registry/registry-store.ts";

/** JSON API operations that read images. */
export const imageReads: Readonly<Record<string, Operation>> = {
  ListImages: listImages,
  DescribeImages: describeImages,
  BatchGetImage: batchGetImage,
  ListImageReferrers: listImageReferrers,
};

/** The default page size of ListImageReferrers (API reference). */
const DEFAULT_REFERRER_PAGE = 20;

function listImages({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const tagsOf = tagsIn(repository);
  const ids = filteredImages(region, repository, input, tagsOf).flatMap(({ digest }): ImageId[] => {
    const tags = tagsOf(digest);
    return tags.length === 0 ? [{ imageDigest: digest }] : tags.map((imageTag) => ({ imageDigest: digest, imageTag }));
  });
  const page = pageFor(ids, input, DEFAULT_PAGE);
  return { imageIds: page.items, ...nextToken(page) };
}

function describeImages({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const ids = optionalStructures(input, "imageIds");
  const tagsOf = tagsIn(repository);
  const describe = (manifest: StoredManifest): object => detail(region, repository, manifest, tagsOf);
  if (ids === undefined) {
    const page = pageFor(filteredImages(region, repository, input, tagsOf), input, DEFAULT_PAGE);
    return { imageDetails: page.items.map(describe), ...nextToken(page) };
  }
  for (const member of ["nextToken", "maxResults"]) {
    if ((input[member] ?? undefined) !== undefined) throw invalidParameter(member, "cannot be used with imageIds");
  }
  const found = ids.map((id) => {
    const manifest = resolveImage(repository, id);
    if (isFailure(manifest)) throw imageNotFound(id, repository.name, region.account);
    return manifest;
  });
  return { imageDetails: [...new Set(found)].map(describe) };
}

function batchGetImage({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const { done, failures } = forEachImage(repository, input, (manifest, imageTag): object => {
    const imageId = { imageDigest: manifest.digest, ...(imageTag === undefined ? {} : { imageTag }) };
    if (isArchived(region, repository.name, manifest.digest)) {
      return { imageId, failureCode: "ImageNotFound", failureReason: "Requested image not found" };
    }
    return {
      registryId: region.account,
      repositoryName: repository.name,
      imageId,
      imageManifest: new TextDecoder("utf-8", { ignoreBOM: true }).decode(manifest.bytes),
      imageManifestMediaType: manifest.mediaType,
    };
  });
  return { images: done, failures };
}

function listImageReferrers({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const subject = text(optionalStructure(input, "subjectId") ?? {}, "imageDigest");
  const filter = optionalStructure(input, "filter") ?? {};
  const types = optionalTexts(filter, "artifactTypes") ?? [];
  const referrers = [...repository.manifests.values()]
    .filter((manifest) => subjectOf(manifest) === subject)
    .filter(({ digest }) =>
      hasStatus(optionalText(filter, "artifactStatus"), isArchived(region, repository.name, digest)),
    )
    .map((manifest) => ({
      digest: manifest.digest,
      mediaType: manifest.mediaType,
      size: manifest.bytes.byteLength,
      artifactStatus: "ACTIVE",
      artifactType: artifactTypeOf(manifest),
    }))
    .filter(({ artifactType }) => types.length === 0 || types.includes(artifactType ?? ""));
  const page = pageFor(referrers, input, DEFAULT_REFERRER_PAGE);
  return { referrers: page.items, ...nextToken(page) };
}

function detail(region: EcrRegion, repository: Repository, manifest: StoredManifest, tagsOf: TagsOf): object {
  const tags = tagsOf(manifest.digest);
  const subject = subjectOf(manifest);
  return {
    registryId: region.account,
    repositoryName: repository.name,
    imageDigest: manifest.digest,
    ...(tags.length === 0 ? {} : { imageTags: tags }),
    imageSizeInBytes: imageSize(repository, manifest),
    imagePushedAt: seconds(manifest.pushedAt),
    imageManifestMediaType: manifest.mediaType,
    artifactMediaType: artifactTypeOf(manifest),
    ...(subject === undefined ? {} : { subjectManifestDigest: subject }),
    imageStatus: isArchived(region, repository.name, manifest.digest) ? "ARCHIVED" : "ACTIVE",
  };
}

function filteredImages(region: EcrRegion, repository: Repository, input: Input, tagsOf: TagsOf): StoredManifest[] {
  const filter = optionalStructure(input, "filter") ?? {};
  const status = optionalText(filter, "tagStatus") ?? "ANY";
  return [...repository.manifests.values()].filter(({ digest }) => {
    if (!hasStatus(optionalText(filter, "imageStatus"), isArchived(region, repository.name, digest))) return false;
    const isTagged = tagsOf(digest).length > 0;
    return status === "ANY" || isTagged === (status === "TAGGED");
  });
}

/** Checks an image against a status filter. Without a filter, only active images match. */
function hasStatus(wanted: string | undefined, archived: boolean): boolean {
  return wanted === "ANY" || (wanted ?? "ACTIVE") === (archived ? "ARCHIVED" : "ACTIVE");
}

type TagsOf = (digest: Digest) => readonly string[];

/** Groups tags by digest once, because a repository can have as many tags as images. */
function tagsIn(repository: Repository): TagsOf {
  const tags = Map.groupBy(repository.tags, ([, digest]) => digest);
  return (digest) => (tags.get(digest) ?? []).map(([tag]) => tag);
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
