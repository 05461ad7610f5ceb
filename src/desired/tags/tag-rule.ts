import { DOCKER_HUB } from "../../oci/reference.ts";
import { readEcrHost } from "../../registry/hosts/ecr-host.ts";
import type { Expression } from "./expressions.ts";
import type { Version } from "./tag-version.ts";

/** Selects from a source's tags. The conditions apply in the order of these fields; an unset one drops nothing. */
export interface TagRule {
  /** At least one must match the whole tag. */
  match?: readonly Expression[];
  /** None of them may match the whole tag. */
  exclude?: readonly Expression[];
  versions?: VersionRule;
  /** What counts as newest: the highest version, the latest push or the last name. */
  order: "semver" | "pushed" | "name";
  /** Maximum time since the tag was pushed, in milliseconds. */
  maxAge?: number;
  /** How many of the remaining tags to keep. */
  newest?: number;
  /** Whether the rule may select no tags. */
  allowEmpty: boolean;
}

/** The versions that a rule selects. It drops tags that are not versions. */
export interface VersionRule {
  /** Returns whether a version is in the range. */
  admits: (version: Version) => boolean;
  /** Empty for versions without a suffix. */
  suffix: string;
  /** Whether to include prereleases. */
  prerelease: boolean;
  /** Whether to exclude versions with fewer than three numbers, which are usually aliases of a full one. */
  full: boolean;
}

/** Returns whether a rule needs push dates from the source. */
export function needsDates(rule: Pick<TagRule, "order" | "maxAge">): boolean {
  return rule.order === "pushed" || rule.maxAge !== undefined;
}

/** Returns whether a source reports push dates: Docker Hub in its catalogue, ECR in its API. */
export function hasDates(registry: string): boolean {
  return registry === DOCKER_HUB || readEcrHost(registry) !== undefined;
}
