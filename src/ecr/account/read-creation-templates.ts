import { DescribeRepositoryCreationTemplatesCommand } from "@aws-sdk/client-ecr";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { CreationTemplate } from "../../repository/creation-templates.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { OPTIONAL_ATTEMPTS } from "../../repository/optional-reading.ts";

/** As many as ECR gives in a page. */
const PAGE_SIZE = 1000;
/** More pages than there can be templates: an answer that goes on for ever is broken. */
const MAX_PAGES = 100;
/** Reads all of them (DescribeRepositoryCreationTemplates). @throws MirrorError DENIED, … */
export async function readCreationTemplates(client: EcrClient, signal?: AbortSignal): Promise<CreationTemplate[]> {
  const call: EcrCall = {
    operation: "read the repository creation templates",
    action: "DescribeRepositoryCreationTemplates",
    reference: "*",
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
