import type { ErrorCode } from "../../error-code.ts";
import { pullLimitHint } from "../../error-hints.ts";
import { canonicalRegistry, DOCKER_HUB } from "../../oci/reference.ts";
import type { RegistryKind } from "../hosts/registry-kind.ts";
import { denialHint } from "./aws-denial.ts";
import type { Operation } from "./operation.ts";

/** IAM actions required by requests to ECR (ECR user guide, "Required IAM permissions for pushing an image"). */
const ECR_ACTIONS: Readonly<Record<Operation, string>> = {
  "look up manifest": "ecr:BatchGetImage",
  "read manifest": "ecr:BatchGetImage",
  "list referrers of": "ecr:BatchGetImage",
  "read blob": "ecr:GetDownloadUrlForLayer",
  "check for blob": "ecr:BatchCheckLayerAvailability",
  "start upload of blob": "ecr:InitiateLayerUpload",
  "upload blob": "ecr:UploadLayerPart and ecr:CompleteLayerUpload",
  "write manifest": "ecr:PutImage",
  "list tags of": "ecr:ListImages",
  "check for repository": "ecr:ListImages",
  "sign in to": "ecr:GetAuthorizationToken",
};

/** What a hint depends on, in addition to the error code. */
export interface HintContext {
  registryKind: RegistryKind;
  side: "source" | "target";
  operation: Operation;
  /** The URL that requests go to. Credentials are looked up for its host. */
  endpoint: URL;
  /** Whether credentials were sent. */
  signedIn: boolean;
  /** Whether requests go over plain HTTP to another machine, so that no credentials are sent. */
  isOpen: boolean;
}

/** Returns what to do about a denial by ECR, from its words. */
export function deniedActionHint(message: string, operation: Operation): string {
  return denialHint(message, { action: ECR_ACTIONS[operation], resource: "this repository" });
}

/** Returns a hint that is specific to the registry and the operation. */
export function hintFor(code: ErrorCode, context: HintContext): string | undefined {
  const { registryKind, side, operation, signedIn } = context;
  if (code === "DENIED" && registryKind === "ecr") {
    return deniedActionHint("", operation);
  }
  if (code === "DENIED" || code === "UNAUTHORIZED") return accessHint(context);
  if (side === "target" && MISSING_AT_TARGET.has(code)) return missingAtTarget(code, context);
  if (code === "REPOSITORY_UNKNOWN" && registryKind === "ecr") {
    return "check the repository's name, and the account and Region in the registry's name";
  }
  if (code === "PULL_LIMIT") return pullLimitHint(signedIn);
  if (code === "TOO_MANY_REQUESTS") return "wait a few minutes, or lower the concurrency for this registry";
  return undefined;
}

const MISSING_AT_TARGET: ReadonlySet<ErrorCode> = new Set(["REPOSITORY_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN"]);

/** At a target, the publisher of an image has no part in what is missing. */
function missingAtTarget(code: ErrorCode, { registryKind, operation }: HintContext): string {
  if (code === "REPOSITORY_UNKNOWN") {
    return registryKind === "ecr"
      ? "check whether the repository was deleted since the plan was made"
      : "check the name, and whether the repository was deleted; some registries require the project or repository to exist before a push";
  }
  return operation === "upload blob" || operation === "start upload of blob"
    ? "run apply again: the target lost the upload; if it happens again, check that all instances behind the target's address share their storage"
    : "run apply again: the target no longer has this content";
}

function accessHint({ registryKind, endpoint, signedIn, isOpen, side }: HintContext): string {
  if (isOpen) return "use an https:// endpoint for the registry; mirrorform does not send credentials over plain HTTP";
  const host = canonicalRegistry(endpoint.host);
  if (registryKind === "docker-hub") {
    const server = host === DOCKER_HUB ? "" : ` to its endpoint ${host}`;
    const access = signedIn ? "check that the account has access to it" : `sign in${server} if it is private`;
    return `check the repository name, or ${access}; Docker Hub gives the same answer for missing and private repositories`;
  }
  const access = side === "target" ? "may push" : "have access";
  return signedIn
    ? `check the repository name, and that the credentials for ${host} are valid and ${access}`
    : `check the repository name, or sign in with "docker login ${host}" if it is private`;
}

/** ECR closes the connection of an upload to a repository that does not exist (aws/containers-roadmap#1970). */
export function cutConnectionHint(registryKind: RegistryKind, operation: Operation): string | undefined {
  const isUpload = operation === "start upload of blob" || operation === "upload blob";
  return registryKind === "ecr" && isUpload
    ? "check whether the repository was deleted since the plan was made: ECR closes the connection if it does not exist"
    : undefined;
}
