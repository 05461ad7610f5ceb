import { reservedPart } from "../../layout/repository-name.ts";
import { isRepository, isTag } from "../../oci/reference.ts";
import { quote, type Diagnostic } from "../text/problem.ts";
import { prefixOf, type Target } from "../places/target.ts";

/**
 * ECR accepts names of 2 to 256 characters (Amazon ECR API, CreateRepository). Docker and the OCI reference grammar stop
 * at 255.
 */
const MIN_ECR_REPOSITORY_LENGTH = 2;

/** Checks a repository and a tag against the rules of their target. */
export function nameDiagnostic(target: Target, repository: string, tag: string): Diagnostic | undefined {
  // The path of a layout is not part of the name: it is a folder.
  const prefix = target.kind === "layout" ? "" : prefixOf(target);
  const full = prefix === "" ? repository : `${prefix}/${repository}`;
  if (!isRepository(full)) {
    return {
      message: `${quote(full)} is not a valid repository name`,
      hint: 'use lowercase letters and digits, separated by ".", "_", "__", "-" or "/"; at most 255 characters',
    };
  }
  if (target.kind === "ecr" && full.length < MIN_ECR_REPOSITORY_LENGTH) {
    return {
      message: `${quote(full)} is too short: an ECR repository name has at least 2 characters`,
      hint: 'write a longer name in "to"',
    };
  }
  const reserved = target.kind === "layout" ? reservedPart(full) : undefined;
  if (reserved !== undefined) {
    return {
      message: `${quote(full)} cannot be a repository in a layout: ${quote(reserved)} is a reserved name`,
      hint: 'write a different name in "to"',
    };
  }
  return isTag(tag) ? undefined : tagDiagnostic(tag);
}

/** Describes an invalid tag. See the OCI distribution-spec, "Pulling manifests". */
export function tagDiagnostic(tag: string): Diagnostic {
  return {
    message: `${quote(tag)} is not a valid tag`,
    hint: 'use letters, digits, "_", "." and "-", not starting with "." or "-"; at most 128 characters',
  };
}
