import { AwsError } from "../ecr-error.ts";
import { isFailure, resolveImage } from "./ecr-image-ids.ts";
import { optionalStructure, text } from "../ecr-input.ts";
import { findRepository } from "../ecr-state.ts";
import type { EcrCall, EcrRegion, Operation } from "../ecr-state.ts";
import type { Digest } from "../../../oci/digest.ts";

/**
 * The archive storage class: an archived image is described when it is asked for by that status, and is not found
 * otherwise. Pushing it again restores it (ECR user guide, "Archiving an image").
 */
export const archiveOperations: Readonly<Record<string, Operation>> = { UpdateImageStorageClass: updateStorageClass };

/** Whether an image is in the archive. */
export function isArchived(region: EcrRegion, repository: string, digest: Digest): boolean {
  return region.archived.has(keyOf(repository, digest));
}

/** Takes an image out of the archive, as a push of it does. */
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
