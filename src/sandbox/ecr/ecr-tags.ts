import { createHash } from "node:crypto";

import { json, refuse, type Answer } from "../http/answer.ts";
import { invalidParameterText } from "./ecr-error.ts";
import { DEFAULT_PAGE, MAX_PAGE, pageOf } from "./ecr-page.ts";
import type { RegistryRequest } from "../registry/registry-policy.ts";
import type { Repository } from "../registry/registry-store.ts";

/** Answers ECR's `tags/list`: in an unpredictable order, with an opaque `last` that clients must use verbatim. */
export function listEcrTags(repository: Repository, request: RegistryRequest): Answer {
  const requested = request.query.get("n");
  const size = requested === null ? DEFAULT_PAGE : Number(requested);
  if (!Number.isInteger(size) || size < 1) return unsupported("maxResults", "must be greater than or equal to 1");
  if (size > MAX_PAGE) return unsupported("maxResults", `must be less than or equal to ${MAX_PAGE}`);
  const shuffled = [...repository.tags.keys()].toSorted((one, other) => compare(hash(one), hash(other)));
  const page = pageOf(shuffled, request.query.get("last") ?? undefined, size);
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

function hash(tag: string): string {
  return createHash("sha256").update(tag).digest("hex");
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
