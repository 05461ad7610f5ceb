import { MirrorError } from "../../errors.ts";
import { isJsonObject } from "../../oci/json-object.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { callJson } from "../aws/json-call.ts";
import { OPTIONAL_ATTEMPTS } from "../../repository/optional-reading.ts";
import { OWNERSHIP_TAG } from "../../repository/settings.ts";

/** As many as there are in a page (Resource Groups Tagging API reference, GetResources). */
const PAGE_SIZE = 100;
/** More pages than ECR holds repositories for (100,000): an answer that goes on for ever is broken. */
const MAX_PAGES = 1000;

const OPERATION = "find the repositories owned by this mirror file";

/**
 * The repositories of the account and Region that carry `owner`'s mark, by one request for each hundred of them. ECR
 * itself would have to be asked for the tags of every repository that there is. What this says can be minutes old:
 * whose a repository is is read at ECR before anything follows from it.
 * @returns their names
 * @throws MirrorError DENIED, UNEXPECTED_RESPONSE, …
 */
export async function findOwned(
  client: EcrClient,
  endpoint: URL,
  owner: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const call: EcrCall = {
    operation: OPERATION,
    action: "GetResources",
    service: "tag",
    reference: "*",
    refusal: "UNEXPECTED_RESPONSE",
    attempts: OPTIONAL_ATTEMPTS,
  };
  const names = new Set<string>();
  let token = "";
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const input = {
      ResourceTypeFilters: ["ecr:repository"],
      TagFilters: [{ Key: OWNERSHIP_TAG, Values: [owner] }],
      ResourcesPerPage: PAGE_SIZE,
      ...(token === "" ? {} : { PaginationToken: token }),
    };
    const target = "ResourceGroupsTaggingAPI_20170126.GetResources";
    const answer = await callJson(client, call, { endpoint, signingName: "tagging", target, input }, signal);
    const { ResourceTagMappingList: found, PaginationToken: next } = answer;
    if (!Array.isArray(found)) throw unreadable();
    for (const resource of found) {
      const name = nameIn(resource);
      if (name !== undefined) names.add(name);
    }
    if (typeof next !== "string" || next === "" || next === token) break;
    token = next;
  }
  return [...names];
}

/** `arn:aws:ecr:eu-west-1:123456789012:repository/dockerhub/node`. */
const REPOSITORY_ARN = /^arn:[^:]+:ecr:[^:]*:[^:]*:repository\/([a-z0-9][a-z0-9._/-]{1,255})$/;

function nameIn(resource: unknown): string | undefined {
  const arn = isJsonObject(resource) ? resource["ResourceARN"] : undefined;
  return typeof arn === "string" ? REPOSITORY_ARN.exec(arn)?.[1] : undefined;
}

function unreadable(): MirrorError {
  return new MirrorError("the answer has no list of resources", {
    code: "UNEXPECTED_RESPONSE",
    side: "target",
    operation: OPERATION,
    reference: "*",
  });
}
