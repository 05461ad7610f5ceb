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
    const meant = nearestName(repository);
    return {
      message: `${quote(full)} is not a valid repository name`,
      hint:
        meant === undefined
          ? 'use lowercase letters and digits, separated by ".", "_", "__", "-" or "/"; at most 255 characters'
          : `write ${quote(meant)}`,
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

/** Corrects what is often wrong in a name: capitals, and slashes at its ends. Undefined if that does not help. */
function nearestName(name: string): string | undefined {
  const bare = name
    .toLowerCase()
    .replace(/@sha256:.*$|@sha256$/, "")
    .replaceAll(/\/{2,}/g, "/")
    .replaceAll(/^\/|\/$/g, "");
  return bare !== name && isRepository(bare) ? bare : undefined;
}

/** Describes an invalid tag. See the OCI distribution-spec, "Pulling manifests". */
export function tagDiagnostic(tag: string): Diagnostic {
  return { message: `${quote(tag)} is not a valid tag`, hint: tagHint(tag) };
}

function tagHint(tag: string): string {
  const rule = 'use letters, digits, "_", "." and "-", not starting with "." or "-"; at most 128 characters';
  const last = tag.slice(tag.lastIndexOf(":") + 1).trim();
  if (last !== tag && isTag(last)) return `write ${last}`;
  const parts = tag.trim().split(/\s+/);
  if (parts.length > 1 && parts.every(isTag)) return `write each tag as an item of its own: ${parts.join(", ")}`;
  if (!/[*^~<>|?]/.test(tag)) return rule;
  return 'tags in a list have no wildcards: select tags with a rule, such as tags: { semver: ">=3.10" }';
}
