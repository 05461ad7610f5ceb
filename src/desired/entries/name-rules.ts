import { reservedPart } from "../../layout/repository-name.ts";
import { isRepository, isTag } from "../../oci/reference.ts";
import { quote, type Complaint } from "../text/problem.ts";
import type { Target } from "../places/targets.ts";

/** ECR takes names of 2 to 256 characters; Docker and the OCI reference grammar stop at 255 (facts: CreateRepository). */
const MIN_ECR_REPOSITORY_LENGTH = 2;

/** Holds a repository and a tag against the rules of the target they go to. */
export function nameComplaint(target: Target, repository: string, tag: string): Complaint | undefined {
  const full = target.kind === "oci" && target.prefix !== "" ? `${target.prefix}/${repository}` : repository;
  if (!isRepository(full)) {
    return {
      message: `${quote(full)} is no name for a repository`,
      hint: 'expected lower-case letters and digits, joined by ".", "_", "__", "-" and "/", at most 255 characters',
    };
  }
  if (target.kind === "ecr" && full.length < MIN_ECR_REPOSITORY_LENGTH) {
    return { message: `${quote(full)} is too short for a repository in ECR: at least 2 characters` };
  }
  const reserved = target.kind === "layout" ? reservedPart(full) : undefined;
  if (reserved !== undefined) {
    return {
      message: `${quote(full)} cannot be a repository in a layout, which itself is made of ${quote(reserved)}`,
      hint: 'give it another name with "to"',
    };
  }
  return isTag(tag) ? undefined : tagComplaint(tag);
}

/** Says what a tag may be. OCI distribution-spec, "Pulling manifests". */
export function tagComplaint(tag: string): Complaint {
  return {
    message: `${quote(tag)} is no tag`,
    hint: 'expected letters, digits, "_", "." and "-", at most 128, not beginning with "." or "-"',
  };
}
