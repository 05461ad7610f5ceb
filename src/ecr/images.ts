import { DescribeImagesCommand, type ImageDetail } from "@aws-sdk/client-ecr";

import { MirrorError } from "../errors.ts";
import { parseDigest, type Digest } from "../oci/digest.ts";
import type { EcrClient } from "./client.ts";
import type { EcrCall } from "./errors.ts";

/** An image that a repository holds. */
export interface HeldImage {
  digest: Digest;
  /** None for an untagged one: a platform of an index, mostly. */
  tags: readonly string[];
  mediaType: string | undefined;
  /** The digest that it is a signature, an SBOM or the like of. */
  subject: string | undefined;
}

/** As many as DescribeImages gives at once. */
const IMAGES_A_PAGE = 1000;

/** Twice the images that a repository may hold (ECR quotas): an answer that goes on for ever ends here. */
const MOST_PAGES = 200;

const OPERATION = "list images";

/**
 * Every image of a repository, or every one with a tag (DescribeImages, which gives ACTIVE images alone: archived ones are
 * neither seen nor touched). None where the repository does not exist.
 * @throws MirrorError DENIED, UNEXPECTED_RESPONSE, …
 */
export async function listImages(
  client: EcrClient,
  repository: string,
  which: "all" | "tagged",
  signal?: AbortSignal,
): Promise<HeldImage[]> {
  const call: EcrCall = {
    operation: OPERATION,
    action: "DescribeImages",
    reference: repository,
    refusal: "UNEXPECTED_RESPONSE",
  };
  const images: HeldImage[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const input = {
      repositoryName: repository,
      maxResults: IMAGES_A_PAGE,
      ...(which === "all" ? {} : { filter: { tagStatus: "TAGGED" as const } }),
      ...(nextToken === undefined ? {} : { nextToken }),
    };
    try {
      const answer = await client.call(call, signal, (sdk, options) =>
        sdk.send(new DescribeImagesCommand(input), options),
      );
      images.push(...(answer.imageDetails ?? []).map((detail) => readDetail(repository, detail)));
      nextToken = answer.nextToken;
    } catch (error) {
      if (error instanceof MirrorError && error.code === "REPOSITORY_UNKNOWN") return [];
      throw error;
    }
    if (nextToken === undefined) return images;
  }
  throw problem(repository, "ECR's list of images does not end");
}

function readDetail(repository: string, detail: ImageDetail): HeldImage {
  const { imageTags, imageManifestMediaType, subjectManifestDigest } = detail;
  const digest = parseDigest(detail.imageDigest ?? "");
  if (digest === undefined) throw problem(repository, "ECR described an image without a digest");
  return { digest, tags: imageTags ?? [], mediaType: imageManifestMediaType, subject: subjectManifestDigest };
}

function problem(reference: string, message: string): MirrorError {
  return new MirrorError(message, { code: "UNEXPECTED_RESPONSE", side: "target", operation: OPERATION, reference });
}
