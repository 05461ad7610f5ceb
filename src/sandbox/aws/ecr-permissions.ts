import type { IncomingHttpHeaders } from "node:http";

import type { Input } from "../ecr/ecr-input.ts";
import { repositoryArn, type EcrRegion } from "../ecr/ecr-state.ts";
import type { IamRequest } from "./iam-policy.ts";
import { isJsonObject } from "../http/json-body.ts";
import type { RegistryRequest } from "../registry/registry-policy.ts";
import type { Route } from "../registry/registry-route.ts";

/**
 * Lists the IAM permissions that a JSON API call needs: usually the action of the same name on the repository in the
 * input. The input is not validated yet.
 * docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
 */
export function permissionsOf(operation: string, input: Input, region: EcrRegion): IamRequest[] {
  const resources = resourcesOf(input, region);
  const tags = tagsIn(input);
  const requestTags = {
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, [value]])),
    ...(tags.length === 0 ? {} : { "aws:TagKeys": tags.map(({ key }) => key) }),
  };
  return actionsOf(operation, tags.length > 0).flatMap((action) =>
    resources.map((resource) => ({ action, resource, context: { ...requestTags, ...tagsOf(resource, region) } })),
  );
}

/** Lists the IAM permissions that a `/v2/` request needs (ECR user guide, "IAM permissions for pushing" and for pulling). */
export function registryPermissionsOf(
  { method, headers, query }: RegistryRequest,
  route: Exclude<Route, { kind: "ping" }>,
  region: EcrRegion,
): IamRequest[] {
  const permission = (action: string, repository: string): IamRequest => {
    const resource = repositoryArn(region, repository);
    return { action, resource, context: tagsOf(resource, region) };
  };
  const permissions = registryActionsOf(method, route.kind, headers).map((action) => permission(action, route.name));
  const from = route.kind === "uploads" && query.has("mount") ? query.get("from") : null;
  // ECR user guide, "Blob mounting": a mount also needs read access to the source repository.
  return from === null ? permissions : [...permissions, permission("ecr:GetDownloadUrlForLayer", from)];
}

function registryActionsOf(
  method: string,
  kind: Exclude<Route["kind"], "ping">,
  headers: IncomingHttpHeaders,
): string[] {
  switch (kind) {
    case "manifest":
      if (method === "PUT") return ["ecr:PutImage"];
      return [method === "DELETE" ? "ecr:BatchDeleteImage" : "ecr:BatchGetImage"];
    case "blob":
      return [method === "HEAD" ? "ecr:BatchCheckLayerAvailability" : "ecr:GetDownloadUrlForLayer"];
    case "uploads":
      return ["ecr:InitiateLayerUpload"];
    case "upload":
      if (method !== "PUT") return ["ecr:UploadLayerPart"];
      return Number(headers["content-length"] ?? 1) > 0
        ? ["ecr:UploadLayerPart", "ecr:CompleteLayerUpload"]
        : ["ecr:CompleteLayerUpload"];
    case "tags":
      return ["ecr:ListImages"];
    case "referrers":
      return ["ecr:BatchGetImage"];
  }
}

/** CreateRepository with tags also needs `ecr:TagResource`. */
function actionsOf(operation: string, hasTags: boolean): string[] {
  if (operation === "ListImageReferrers") return ["ecr:BatchGetImage"];
  return operation === "CreateRepository" && hasTags
    ? ["ecr:CreateRepository", "ecr:TagResource"]
    : [`ecr:${operation}`];
}

function resourcesOf(input: Input, region: EcrRegion): string[] {
  const { repositoryName, repositoryNames, resourceArn } = input;
  if (typeof repositoryName === "string") return [repositoryArn(region, repositoryName)];
  if (typeof resourceArn === "string") return [resourceArn];
  if (!Array.isArray(repositoryNames) || repositoryNames.length === 0) return ["*"];
  return repositoryNames.map((name) => repositoryArn(region, String(name)));
}

function tagsIn({ tags }: Input): { key: string; value: string }[] {
  const given: unknown[] = Array.isArray(tags) ? tags : [];
  return given.flatMap((tag) => (isJsonObject(tag) ? [{ key: String(tag["Key"]), value: String(tag["Value"]) }] : []));
}

/** Returns the resource tags of an existing repository, under both condition keys that ECR defines for them. */
function tagsOf(resource: string, region: EcrRegion): IamRequest["context"] {
  const prefix = repositoryArn(region, "");
  const record = resource.startsWith(prefix) ? region.records.get(resource.slice(prefix.length)) : undefined;
  const tags = [...(record?.tags ?? [])];
  return Object.fromEntries(
    tags.flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, [value]],
      [`ecr:ResourceTag/${key}`, [value]],
    ]),
  );
}
