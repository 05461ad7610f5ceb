import { AwsError } from "../ecr-error.ts";
import { isFailure, resolveImage } from "./ecr-image-ids.ts";
import { optionalStructure, text } from "../ecr-input.ts";
import { findRepository } from "../ecr-state.ts";
import type { EcrCall, EcrRegion, Operation } from "../ecr-state.ts";
import type { Digest } from "../../../oci/digest.ts";

/**
 * The archive storage class. An archived image can only be described, with a filter on that status; other requests do
 * not find it. Pushing it again restores it (ECR user guide, "Archiving an image").
 */
export const archiveOperations: Readonly<Record<string, Operation>> = { UpdateImageStorageClass: updateStorageClass };

/** Checks whether an image is archived. */
export function isArchived(region: EcrRegion, repository: string, digest: Digest): boolean {
  return region.archived.has(keyOf(repository, digest));
}

/** Restores an image from the archive. */
export function restore(region: EcrRegion, repository: string, digest: string): void {
  region.archived.delete(keyOf(repository, digest));
}

function updateStorageClass({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const manifest = resolveImage(repository, optionalStructure(input, "imageId") ?? {});
  if (isFailure(manifest)) throw new AwsError("ImageNotFoundException", manifest.failureReason);
  const isArchive = text(input, "targetStorageClass") === "ARCHIVE";
  if (isArchive) region.archived.add(keyOf(repository.name, manifest.digest));
  else restore(region, repository.name, manifest.digest);
  return {
    registryId: region.account,
    repositoryName: repository.name,
    imageId: { imageDigest: manifest.digest },
    imageStatus: isArchive ? "ARCHIVED" : "ACTIVE",
  };
}

function keyOf(repository: string, digest: string): string {
  return `${repository}@${digest}`;
}
