import { createHash } from "node:crypto";

import { json, refuse, type Answer } from "../http/answer.ts";
import { invalidParameterText } from "./ecr-error.ts";
import { DEFAULT_PAGE, MAX_PAGE, pageOf } from "./ecr-page.ts";
import type { RegistryRequest } from "../registry/registry-policy.ts";
import type { Repository } from "../registry/registry-store.ts";

/** ECR's `tags/list`: in no order that a client could lean on, with an opaque `last` to be followed verbatim. */
export function listEcrTags(repository: Repository, request: RegistryRequest): Answer {
  const asked = request.query.get("n");
  const size = asked === null ? DEFAULT_PAGE : Number(asked);
  if (!Number.isInteger(size) || size < 1) return unsupported("maxResults", "must be greater than or equal to 1");
  if (size > MAX_PAGE) return unsupported("maxResults", `must be less than or equal to ${MAX_PAGE}`);
  const scattered = [...repository.tags.keys()].toSorted((one, other) => compare(scatter(one), scatter(other)));
  const page = pageOf(scattered, request.query.get("last") ?? undefined, size);
  if (page === undefined) return unsupported("nextToken", "Invalid next token provided");
  const link =
    page.next === undefined
      ? {}
      : { link: `</v2/${repository.name}/tags/list?n=${size}&last=${page.next}>; rel="next"` };
  return json(200, { name: repository.name, tags: page.items }, link);
}

function unsupported(member: string, constraint: string): Answer {
  return refuse(405, "UNSUPPORTED", invalidParameterText(member, constraint));
}

function scatter(tag: string): string {
  return createHash("sha256").update(tag).digest("hex");
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
