import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { plainText } from "../../plain-text.ts";
import { blockedHint, principalIn } from "../../registry/errors/aws-denial.ts";
import {
  isDenied,
  isExpired,
  isNotFromAws,
  isServerFault,
  isThrottled,
  readFailure,
  SIGN_IN_AGAIN,
  type Failure,
} from "../aws/aws-failure.ts";
import { whyNoCredentials } from "./no-credentials.ts";
import { isExpiredSession } from "./profile-cause.ts";

/** The identity that needs credentials. */
interface Identity {
  profile: string | undefined;
  role?: string;
}

/**
 * Explains why there are no credentials: what the configuration lacks, an expired session, or a role that cannot be
 * assumed. Does not quote the chain's message: with `credential_process`, it contains a whole command line.
 */
export function credentialError(error: unknown, identity: Identity, environment: Environment): MirrorError {
  if (error instanceof MirrorError) return error;
  const failure = readFailure(error);
  const code = codeOf(failure);
  const cause =
    failure.status === undefined ? whyNoCredentials(identity.profile, environment, failure.message) : undefined;
  return new MirrorError(cause?.message ?? messageOf(code, failure, identity), {
    code,
    side: "credentials",
    operation: operationOf(identity),
    reference: identity.role ?? (identity.profile === undefined ? undefined : `profile ${identity.profile}`),
    retryable: code === "SERVER_ERROR" || code === "TOO_MANY_REQUESTS",
    hint: cause?.hint ?? hintOf(code, failure, identity),
    cause: error,
  });
}

function operationOf({ profile, role }: Identity): string {
  if (role !== undefined) return "assume role";
  return profile === undefined ? "load AWS credentials" : "load AWS credentials for";
}

type CredentialCode = Extract<
  ErrorCode,
  | "NO_CREDENTIALS"
  | "EXPIRED_CREDENTIALS"
  | "DENIED"
  | "UNAUTHORIZED"
  | "TOO_MANY_REQUESTS"
  | "SERVER_ERROR"
  | "UNEXPECTED_RESPONSE"
>;

function codeOf(failure: Failure): CredentialCode {
  if (isExpired(failure)) return "EXPIRED_CREDENTIALS";
  if (failure.status === undefined) {
    return isExpiredSession(failure.message) ? "EXPIRED_CREDENTIALS" : "NO_CREDENTIALS";
  }
  if (isDenied(failure)) return "DENIED";
  if (isThrottled(failure)) return "TOO_MANY_REQUESTS";
  if (isServerFault(failure)) return "SERVER_ERROR";
  return isNotFromAws(failure) ? "UNEXPECTED_RESPONSE" : "UNAUTHORIZED";
}

function messageOf(code: CredentialCode, failure: Failure, { profile, role }: Identity): string {
  const suffix = profile === undefined ? "" : ` for profile ${plainText(profile)}`;
  if (code === "NO_CREDENTIALS") return `no AWS credentials found${suffix}`;
  if (code === "EXPIRED_CREDENTIALS") return `the AWS credentials${suffix} have expired`;
  if (code === "DENIED" && role !== undefined)
    return `AWS STS does not allow this identity to assume ${plainText(role)}`;
  if (code === "UNEXPECTED_RESPONSE")
    return `the response to the request for credentials is not from AWS (${failure.status})`;
  return `AWS refused to issue credentials${suffix}: ${failure.name} (${failure.status})`;
}

function hintOf(code: CredentialCode, failure: Failure, { role }: Identity): string {
  if (code === "NO_CREDENTIALS") {
    return "run `aws sso login`, set AWS_PROFILE, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a role in CI; check with `aws sts get-caller-identity`";
  }
  if (code === "EXPIRED_CREDENTIALS") return SIGN_IN_AGAIN;
  if (code === "DENIED") {
    const principal = principalIn(failure.message) ?? "the identity in use";
    const blocked = blockedHint(failure.message, { action: "sts:AssumeRole", resource: role ?? "the role" });
    if (blocked !== undefined) return blocked;
    return `grant sts:AssumeRole${role === undefined ? "" : ` on ${role}`} to ${principal}, and add it to the role's trust policy`;
  }
  if (code === "UNAUTHORIZED")
    return "check the credentials with `aws sts get-caller-identity`, and check this machine's clock";
  if (code === "UNEXPECTED_RESPONSE")
    return "check HTTPS_PROXY and AWS_ENDPOINT_URL_STS, and whether this network asks for a sign-in in a browser";
  return "retry later; AWS STS or SSO is unavailable or throttling requests";
}
