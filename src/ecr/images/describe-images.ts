import { DescribeImagesCommand, type DescribeImagesRequest, type ImageDetail } from "@aws-sdk/client-ecr";

import { MirrorError } from "../../errors.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";

/** As many as DescribeImages gives at once. */
const PAGE_SIZE = 1000;

/** Twice the images that a repository may hold (ECR quotas): an answer that goes on for ever ends here. */
const MAX_PAGES = 200;

const OPERATION = "list images of";

/**
 * What ECR says of every image of a repository, page by page (DescribeImages, which gives ACTIVE images alone: archived
 * ones are not seen).
 * @param query the repository, its account where that is another one, and a filter
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
  throw unexpectedAnswer(query.repositoryName, "ECR's list of images does not end");
}

/** An answer that no ECR should give. */
export function unexpectedAnswer(reference: string, message: string): MirrorError {
  return new MirrorError(message, { code: "UNEXPECTED_RESPONSE", side: "target", operation: OPERATION, reference });
}
