import { MirrorError } from "../../errors.ts";
import { isJsonObject } from "../../oci/json-object.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { callJson } from "../aws/json-call.ts";
import { OPTIONAL_ATTEMPTS } from "../../repository/optional-reading.ts";
import { OWNERSHIP_TAG } from "../../repository/settings.ts";

/** The maximum of GetResources (Resource Groups Tagging API reference). */
const PAGE_SIZE = 100;
/** Enough for the maximum number of repositories (100,000). Stops endless paging. */
const MAX_PAGES = 1000;

const OPERATION = "find repositories owned by this mirror file in";

/**
 * Finds the repositories in the account and Region with the ownership tag, with one request per 100 repositories. With
 * ECR's API, this would need the tags of every repository. The result can be minutes old, so callers must check the
 * ownership at ECR.
 * @param endpoint of the Resource Groups Tagging API; `none` if it has none that this run may use
 * @returns the names of the repositories
 * @throws MirrorError DENIED, UNEXPECTED_RESPONSE, UNREACHABLE (without an endpoint), …
 */
export async function findOwned(
  client: EcrClient,
  endpoint: URL | "none",
  owner: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const call: EcrCall = {
    operation: OPERATION,
    action: "GetResources",
    service: "tag",
    reference: client.registry,
    resource: "*",
    refusal: "UNEXPECTED_RESPONSE",
    attempts: OPTIONAL_ATTEMPTS,
  };
  if (endpoint === "none") throw noFipsEndpoint(client);
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
    if (!Array.isArray(found)) throw unreadable(client);
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

function noFipsEndpoint({ registry }: EcrClient): MirrorError {
  return new MirrorError("the Resource Groups Tagging API has no FIPS endpoint", {
    code: "UNREACHABLE",
    side: "target",
    operation: OPERATION,
    reference: registry,
    hint: "set AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API to allow an endpoint without FIPS",
  });
}

function unreadable({ registry }: EcrClient): MirrorError {
  return new MirrorError("the response has no list of resources", {
    code: "UNEXPECTED_RESPONSE",
    side: "target",
    operation: OPERATION,
    reference: registry,
  });
}
