import { DescribeImagesCommand, type DescribeImagesRequest, type ImageDetail } from "@aws-sdk/client-ecr";

import { MirrorError } from "../../errors.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";

/** The maximum of DescribeImages. */
const PAGE_SIZE = 1000;

/** Enough for twice the images that a repository can have (ECR quotas). Stops endless paging. */
const MAX_PAGES = 200;

const OPERATION = "list images of";

/**
 * Describes every image of a repository, page by page. DescribeImages does not return archived images.
 * @param query the repository, its account if that is another one, and a filter
 * @throws MirrorError REPOSITORY_UNKNOWN, DENIED, UNEXPECTED_RESPONSE, …
 */
export async function* describeImages(
  client: EcrClient,
  query: Pick<DescribeImagesRequest, "registryId" | "filter"> & { repositoryName: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ImageDetail[]> {
  const call: EcrCall = {
    operation: OPERATION,
    action: "DescribeImages",
    reference: query.repositoryName,
    refusal: "UNEXPECTED_RESPONSE",
  };
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const input = { ...query, maxResults: PAGE_SIZE, ...(nextToken === undefined ? {} : { nextToken }) };
    const answer = await client.call(call, signal, (sdk, options) =>
      sdk.send(new DescribeImagesCommand(input), options),
    );
    yield answer.imageDetails ?? [];
    nextToken = answer.nextToken;
    if (nextToken === undefined) return;
  }
  throw unexpectedAnswer(query.repositoryName, `ECR returned more than ${MAX_PAGES} pages of images`);
}

/** The error for a response that does not match the ECR API. */
export function unexpectedAnswer(reference: string, message: string): MirrorError {
  return new MirrorError(message, { code: "UNEXPECTED_RESPONSE", side: "target", operation: OPERATION, reference });
}
