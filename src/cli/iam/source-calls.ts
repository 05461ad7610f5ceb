import type { RoleName } from "./calls.ts";
import type { Steps } from "../../steps.ts";
import type { Grant } from "./grant.ts";
import { arnOf } from "./place.ts";
import type { SourceNeed } from "./source-needs.ts";

/** A call to an ECR source, by the IAM action that ECR requires. */
export interface SourceCall {
  /** Without `ecr:`. */
  action: string;
  role: RoleName;
  /** Undefined for account-wide calls. */
  on: "repository" | undefined;
  /** Whether this repository needs the call. */
  isFor: (need: SourceNeed) => boolean;
  /** The "Needed for" column of docs/iam.md. */
  purpose: string;
  /** The "Granted" column of docs/iam.md. Default: always. */
  where?: string;
  /** The "If missing" column of docs/iam.md. Default: an error. */
  without?: string;
}

const always = (): boolean => true;

/** Every call to an ECR as a source, as listed in docs/iam.md. */
export const SOURCE_CALLS: readonly SourceCall[] = [
  { action: "GetAuthorizationToken", role: "plan", on: undefined, isFor: always, purpose: "registry password" },
  {
    action: "BatchGetImage",
    role: "plan",
    on: "repository",
    isFor: ({ isSource }) => isSource,
    purpose: "the digest of a tag; manifests and referrers",
  },
  {
    action: "ListImages",
    role: "plan",
    on: "repository",
    isFor: ({ listing }) => listing === "names",
    purpose: "tags for a rule to select from",
    where: "tag rules",
  },
  {
    action: "DescribeImages",
    role: "plan",
    on: "repository",
    isFor: ({ listing }) => listing === "dates",
    purpose: "tags for a rule to select from, with push dates",
    where: "tag rules that use dates",
  },
  {
    action: "BatchGetImage",
    role: "apply",
    on: "repository",
    isFor: ({ isSource }) => !isSource,
    purpose: "manifests, by digest",
    where: "an alternate that is also listed in `sources`",
    without: "read from the source",
  },
  { action: "GetDownloadUrlForLayer", role: "apply", on: "repository", isFor: always, purpose: "blobs" },
];

/** Returns the grants of a role for ECR sources. */
export function* sourceGrants(role: RoleName, needs: readonly SourceNeed[]): Steps<Grant[]> {
  const grants: Grant[] = [];
  for (const { action, on, isFor } of SOURCE_CALLS.filter((call) => role === "apply" || call.role === "plan")) {
    for (const need of needs) {
      yield;
      if (!isFor(need)) continue;
      const resource = on === undefined ? "*" : arnOf("ecr", need.place, `repository/${need.repository}`);
      grants.push({ action: `ecr:${action}`, resource, condition: undefined });
    }
  }
  return grants;
}
