import type { ImageDetail } from "@aws-sdk/client-ecr";

import { MirrorError } from "../../errors.ts";
import { parseDigest } from "../../oci/digest.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import { describeImages, unexpectedAnswer } from "./describe-images.ts";
import type { HeldImage } from "../../repository/repository-admin.ts";

/**
 * Lists every image of a repository, or every tagged image, without archived ones. Empty if the repository does not
 * exist.
 * @throws MirrorError DENIED, UNEXPECTED_RESPONSE, …
 */
export async function listImages(
  client: EcrClient,
  repository: string,
  which: "all" | "tagged",
  signal?: AbortSignal,
): Promise<HeldImage[]> {
  const filter = which === "all" ? {} : { filter: { tagStatus: "TAGGED" as const } };
  const images: HeldImage[] = [];
  try {
    for await (const page of describeImages(client, { repositoryName: repository, ...filter }, signal)) {
      images.push(...page.map((detail) => readDetail(repository, detail)));
    }
  } catch (error) {
    if (error instanceof MirrorError && error.code === "REPOSITORY_UNKNOWN") return [];
    throw error;
  }
  return images;
}

function readDetail(repository: string, detail: ImageDetail): HeldImage {
  const { imageTags, imageManifestMediaType, subjectManifestDigest } = detail;
  const digest = parseDigest(detail.imageDigest ?? "");
  if (digest === undefined) throw unexpectedAnswer(repository, "ECR returned an image without a digest");
  return { digest, tags: imageTags ?? [], mediaType: imageManifestMediaType, subject: subjectManifestDigest };
}
