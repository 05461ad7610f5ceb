import { DOCKER_HUB } from "../../oci/reference.ts";
import { ecrRegionOf } from "../../registry/hosts/registry-kind.ts";
import type { Expression } from "./expressions.ts";
import type { Version } from "./tag-version.ts";

/** Chooses among the tags that a source has. Its steps run in the order of these fields; a missing one drops nothing. */
export interface TagRule {
  /** One of them has to match the whole tag. */
  match?: readonly Expression[];
  /** None of them may match the whole tag. */
  exclude?: readonly Expression[];
  versions?: VersionRule;
  /** What comes first is newest: the highest version, the latest push, the last name. */
  order: "semver" | "pushed" | "name";
  /** Milliseconds since the tag was pushed, at most. */
  maxAge?: number;
  /** How many are left of those that passed everything else. */
  newest?: number;
  /** Whether it may choose nothing. */
  allowEmpty: boolean;
}

/** Which versions a rule takes; tags that are no versions are dropped. */
export interface VersionRule {
  /** Whether a version is in the range. */
  admits: (version: Version) => boolean;
  /** Empty: none. */
  suffix: string;
  /** Whether prereleases are taken too. */
  prerelease: boolean;
}

/** Whether the source has to say when each tag was pushed. */
export function needsDates(rule: Pick<TagRule, "order" | "maxAge">): boolean {
  return rule.order === "pushed" || rule.maxAge !== undefined;
}

/** Whether a source says when each tag was pushed: Docker Hub by its catalogue, an ECR by its API. */
export function hasDates(registry: string): boolean {
  return registry === DOCKER_HUB || ecrRegionOf(registry) !== undefined;
}
