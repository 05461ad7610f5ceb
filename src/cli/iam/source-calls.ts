import type { RoleName } from "./calls.ts";
import type { Grant } from "./grant.ts";
import { arnOf } from "./place.ts";
import type { SourceNeed } from "./source-needs.ts";

/** One call to an ECR that images come from, under the IAM action that ECR asks for. */
export interface SourceCall {
  /** Without `ecr:`. */
  action: string;
  role: RoleName;
  /** Undefined: it has no resource of its own. */
  on: "repository" | undefined;
  /** Whether it is for this repository, or because of it. */
  isFor: (need: SourceNeed) => boolean;
  /** What it is for, in the words of docs/iam.md. */
  purpose: string;
  /** Where it is granted, in the words of docs/iam.md; always unless said. */
  where?: string;
  /** What comes of it where it is not granted; an error unless said. */
  without?: string;
}

const always = (): boolean => true;

/** Every call to an ECR as a source. docs/iam.md has the same table. */
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

/** All that a role must be allowed at the ECRs that images come from. */
export function sourceGrants(role: RoleName, needs: readonly SourceNeed[]): Grant[] {
  return SOURCE_CALLS.filter((call) => role === "apply" || call.role === "plan").flatMap(({ action, on, isFor }) =>
    needs.filter(isFor).map(({ place, repository }) => ({
      action: `ecr:${action}`,
      resource: on === undefined ? "*" : arnOf("ecr", place, `repository/${repository}`),
      condition: undefined,
    })),
  );
}
