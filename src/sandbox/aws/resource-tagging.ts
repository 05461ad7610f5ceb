import { AwsError } from "../ecr/ecr-error.ts";
import type { Caller } from "./ecr-identity.ts";
import type { Input } from "../ecr/ecr-input.ts";
import { repositoryArn, type EcrRules } from "../ecr/ecr-state.ts";
import { isJsonObject } from "../http/json-body.ts";

/** Tagging operations in `x-amz-target` (Resource Groups Tagging API reference). */
export const TAGGING_TARGET = /^ResourceGroupsTaggingAPI_20170126\.(\w+)$/;

/** AWS's default page size. */
const PAGE_SIZE = 50;

/**
 * Answers the part of the Resource Groups Tagging API that ECR's users need: GetResources. Returns the repositories of
 * the caller's account and Region that match every tag filter.
 * @throws AwsError AccessDeniedException, InvalidParameterException, UnknownOperationException
 */
export async function answerTagging(
  operation: string,
  input: Input,
  { principal, region: name }: Caller,
  rules: EcrRules,
): Promise<object> {
  if (operation !== "GetResources") throw new AwsError("UnknownOperationException", "");
  const refused = rules.refusal(principal, { action: "tag:GetResources", resource: "*", context: {} });
  if (refused !== undefined) throw new AwsError("AccessDeniedException", refused);
  const region = await rules.region(principal.account, name);
  const filters = readFilters(input["TagFilters"]);
  const found = [...region.records].filter(([, { tags }]) =>
    filters.every(({ key, values }) => {
      const value = tags.get(key);
      return value !== undefined && (values.length === 0 || values.includes(value));
    }),
  );
  const size = typeof input["ResourcesPerPage"] === "number" ? input["ResourcesPerPage"] : PAGE_SIZE;
  const start = Number(input["PaginationToken"] ?? 0);
  const end = start + size;
  return {
    PaginationToken: end < found.length ? `${end}` : "",
    ResourceTagMappingList: found.slice(start, end).map(([repository, { tags }]) => ({
      ResourceARN: repositoryArn(region, repository),
      Tags: Array.from(tags, ([Key, Value]) => ({ Key, Value })),
    })),
  };
}

function readFilters(given: unknown): { key: string; values: unknown[] }[] {
  return (Array.isArray(given) ? (given as unknown[]) : []).map((filter) => {
    const { Key: key, Values: values } = isJsonObject(filter) ? filter : {};
    if (typeof key !== "string") throw new AwsError("InvalidParameterException", "TagFilters: Key is missing");
    return { key, values: Array.isArray(values) ? values : [] };
  });
}
