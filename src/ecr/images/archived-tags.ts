import { ListImagesCommand } from "@aws-sdk/client-ecr";
import { MirrorError } from "../../errors.ts";
import { parseDigest, type Digest } from "../../oci/digest.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";

/** The maximum of ListImages. */
const PAGE_SIZE = 1000;
/** Enough for a full repository (ECR quotas: 100,000 images). */
const MAX_PAGES = 100;
/** Codes that mean that archived images cannot be listed: no permission, or an ECR that does not support archiving. */
const IGNORED_CODES: ReadonlySet<string> = new Set(["DENIED", "UNEXPECTED_RESPONSE", "REPOSITORY_UNKNOWN"]);

/**
 * Finds those `tags` that point at an archived image. ECR treats such an image as missing otherwise, and a push
 * restores it (ECR user guide, "Archiving an image"). Returns none if listing them is denied or not supported.
 * @throws MirrorError if listing fails for another reason
 */
export async function readArchivedTags(
  client: EcrClient,
  repository: string,
  tags: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Digest>> {
  const remaining = new Set(tags);
  const found = new Map<string, Digest>();
  try {
    let nextToken: string | undefined;
    for (let page = 0; page < MAX_PAGES && remaining.size > 0; page++) {
      const answer = await listArchived(client, repository, nextToken, signal);
      for (const { imageTag, imageDigest } of answer.imageIds ?? []) {
        const digest = parseDigest(imageDigest ?? "");
        if (imageTag !== undefined && digest !== undefined && remaining.delete(imageTag)) found.set(imageTag, digest);
      }
      nextToken = answer.nextToken;
      if (nextToken === undefined) break;
    }
  } catch (error) {
    if (!(error instanceof MirrorError) || !IGNORED_CODES.has(error.code)) throw error;
  }
  return found;
}

function listArchived(
  client: EcrClient,
  repositoryName: string,
  nextToken: string | undefined,
  signal: AbortSignal | undefined,
) {
  const call: EcrCall = {
    operation: "list archived images of",
    action: "ListImages",
    reference: repositoryName,
    refusal: "UNEXPECTED_RESPONSE",
  };
  const command = new ListImagesCommand({
    repositoryName,
    filter: { tagStatus: "TAGGED", imageStatus: "ARCHIVED" },
    maxResults: PAGE_SIZE,
    ...(nextToken === undefined ? {} : { nextToken }),
  });
  return client.call(call, signal, (sdk, options) => sdk.send(command, options));
}
