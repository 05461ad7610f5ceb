import type { ErrorCode } from "../../error-code.ts";
import { canonicalRegistry, DOCKER_HUB } from "../../oci/reference.ts";
import type { RegistryKind } from "../hosts/registry-kind.ts";
import type { Operation } from "./operation.ts";

/** The IAM actions that a request to ECR's registry needs. ECR user guide, "Required IAM permissions for pushing an image". */
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

/** For a manifest that names what the target has not got, though it was sent there before or was there. */
export const GONE_HINT =
  "somebody deleted it at the target during this run, by a lifecycle policy perhaps: run apply again, which brings what is missing";

/** What an error's hint depends on, its code aside. */
export interface HintContext {
  registryKind: RegistryKind;
  operation: Operation;
  /** Where the registry is really asked: credentials are looked up for this host. */
  endpoint: URL;
  /** Whether credentials were sent. */
  signedIn: boolean;
  /** Whether the registry is asked over plain HTTP off this machine, where credentials are kept back. */
  isOpen: boolean;
}

/** What to do about an error, where the registry and the operation tell. */
export function hintFor(code: ErrorCode, context: HintContext): string | undefined {
  const { registryKind, operation, signedIn } = context;
  if (code === "DENIED" && registryKind === "ecr") {
    return `grant ${ECR_ACTIONS[operation]} on this repository to the role that runs mirrorform`;
  }
  if (code === "DENIED" || code === "UNAUTHORIZED") return accessHint(context);
  if (code === "REPOSITORY_UNKNOWN" && registryKind === "ecr") {
    return "the repository is missing at this registry: was it deleted since the plan was made?";
  }
  if (code === "PULL_LIMIT") {
    return signedIn
      ? "wait until the window has passed"
      : "sign in to the registry, or wait until the window has passed";
  }
  if (code === "TOO_MANY_REQUESTS") return "wait some minutes, or lower the concurrency for this registry";
  return undefined;
}

function accessHint({ registryKind, endpoint, signedIn, isOpen }: HintContext): string {
  if (isOpen) return "credentials are never sent over plain HTTP: give the registry an https:// endpoint";
  const host = canonicalRegistry(endpoint.host);
  if (registryKind === "docker-hub") {
    const absent =
      host === DOCKER_HUB ? "nobody is signed in" : `nobody is signed in to ${host}, which is asked in its place`;
    const access = signedIn ? "the account has no access to it" : `it is private and ${absent}`;
    return `Docker Hub answers the same for a repository that does not exist and for a private one: check the name; or ${access}`;
  }
  return signedIn
    ? `check that the credentials for ${host} are valid and have access; some registries answer so for a repository that does not exist`
    : `no credentials were sent: sign in with "docker login ${host}" if the repository is private; check its name`;
}

/** ECR cuts the connection of an upload into a repository that does not exist (aws/containers-roadmap#1970). */
export function cutConnectionHint(registryKind: RegistryKind, operation: Operation): string | undefined {
  const isUpload = operation === "start upload of blob" || operation === "upload blob";
  return registryKind === "ecr" && isUpload
    ? "ECR cuts the connection when the repository does not exist: was it deleted since the plan was made?"
    : undefined;
}
