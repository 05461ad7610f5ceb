import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { plainText } from "../../plain-text.ts";
import {
  isDenied,
  isExpired,
  isServerFault,
  isThrottled,
  principalIn,
  readFailure,
  SIGN_IN_AGAIN,
  type Failure,
} from "./aws-failure.ts";

/** Whose credentials were looked for. */
interface Identity {
  profile: string | undefined;
  role?: string;
}

/**
 * What it means that no credentials came: an empty chain, an expired session, or a role that may not be assumed.
 * The chain's own words are not repeated: `credential_process` puts a whole command line into them.
 */
export function credentialError(error: unknown, identity: Identity): MirrorError {
  if (error instanceof MirrorError) return error;
  const failure = readFailure(error);
  const code = codeOf(failure);
  return new MirrorError(messageOf(code, failure, identity), {
    code,
    side: "credentials",
    operation: identity.role === undefined ? "find AWS credentials" : "assume the role",
    reference: identity.role ?? (identity.profile === undefined ? undefined : `profile ${identity.profile}`),
    retryable: code === "SERVER_ERROR" || code === "TOO_MANY_REQUESTS",
    hint: hintOf(code, failure, identity),
    cause: error,
  });
}

type CredentialCode = Extract<
  ErrorCode,
  "NO_CREDENTIALS" | "EXPIRED_CREDENTIALS" | "DENIED" | "UNAUTHORIZED" | "TOO_MANY_REQUESTS" | "SERVER_ERROR"
>;

function codeOf(failure: Failure): CredentialCode {
  if (isExpired(failure)) return "EXPIRED_CREDENTIALS";
  if (failure.status === undefined) {
    // Sessions kept on disk end without AWS being asked; the SDK tells it in words alone.
    return /\bexpired\b|\baws sso login\b/i.test(failure.message) ? "EXPIRED_CREDENTIALS" : "NO_CREDENTIALS";
  }
  if (isDenied(failure)) return "DENIED";
  if (isThrottled(failure)) return "TOO_MANY_REQUESTS";
  return isServerFault(failure) ? "SERVER_ERROR" : "UNAUTHORIZED";
}

function messageOf(code: CredentialCode, failure: Failure, { profile, role }: Identity): string {
  const whose = profile === undefined ? "" : ` for the profile ${plainText(profile)}`;
  if (code === "NO_CREDENTIALS") return `no AWS credentials were found${whose}`;
  if (code === "EXPIRED_CREDENTIALS") return `the AWS credentials${whose} have expired`;
  if (code === "DENIED" && role !== undefined) return `AWS STS does not let this identity assume ${plainText(role)}`;
  return `AWS refused to give credentials${whose}: ${failure.name} (${failure.status})`;
}

function hintOf(code: CredentialCode, failure: Failure, { role }: Identity): string {
  if (code === "NO_CREDENTIALS") {
    return "run `aws sso login`, or set AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role in CI; `aws sts get-caller-identity` shows what AWS sees";
  }
  if (code === "EXPIRED_CREDENTIALS") return SIGN_IN_AGAIN;
  if (code === "DENIED") {
    const principal = principalIn(failure.message) ?? "the identity in use";
    return `grant sts:AssumeRole${role === undefined ? "" : ` on ${role}`} to ${principal}, and name it in the role's trust policy`;
  }
  if (code === "UNAUTHORIZED")
    return "check the credentials with `aws sts get-caller-identity`, and this machine's clock";
  return "AWS STS or SSO could not answer: try again later";
}
