import { DescribeRepositoryCreationTemplatesCommand } from "@aws-sdk/client-ecr";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { CreationTemplate } from "../../repository/creation-templates.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { OPTIONAL_ATTEMPTS } from "../../repository/optional-reading.ts";

/** The maximum of DescribeRepositoryCreationTemplates. */
const PAGE_SIZE = 1000;
/** Enough for every possible template. Stops endless paging. */
const MAX_PAGES = 100;

/** Reads all repository creation templates (DescribeRepositoryCreationTemplates). @throws MirrorError DENIED, … */
export async function readCreationTemplates(client: EcrClient, signal?: AbortSignal): Promise<CreationTemplate[]> {
  const call: EcrCall = {
    operation: "read repository creation templates of",
    action: "DescribeRepositoryCreationTemplates",
    reference: client.registry,
    resource: "*",
    refusal: "UNEXPECTED_RESPONSE",
    attempts: OPTIONAL_ATTEMPTS,
  };
  const templates: CreationTemplate[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const input = { maxResults: PAGE_SIZE, ...(nextToken === undefined ? {} : { nextToken }) };
    const answer = await client.call(call, signal, (sdk, options) =>
      sdk.send(new DescribeRepositoryCreationTemplatesCommand(input), options),
    );
    for (const { prefix, appliedFor } of answer.repositoryCreationTemplates ?? []) {
      if (prefix !== undefined) templates.push({ prefix: prefix.replace(/\/$/, ""), appliedFor: appliedFor ?? [] });
    }
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  return templates;
}
