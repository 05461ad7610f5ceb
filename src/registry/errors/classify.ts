import type { ErrorCode } from "../../error-code.ts";
import { isAwsDenial } from "./aws-denial.ts";
import { isExpiredToken } from "./expired-token.ts";
import { isUnusableKey } from "./kms-failure.ts";
import type { Operation } from "./operation.ts";
import { isFullQuota } from "./quota.ts";
import { NETWORK_SIGN_IN } from "../http/web-page.ts";
import type { RegistryError } from "./registry-errors.ts";

/**
 * Returns the error code for a failed response. The registry's own codes and words decide where they are specific,
 * because the same status has several meanings: ECR answers 403 for a full quota, and distribution 500 for a manifest
 * that it does not accept.
 */
export function classify(status: number, errors: readonly RegistryError[], operation: Operation): ErrorCode {
  const messages = errors.map(({ message }) => message);
  if (status < 500 && messages.some(isAwsDenial)) return "DENIED";
  if (status === 401 || (status < 500 && messages.some(isExpiredToken))) return "UNAUTHORIZED";
  if (status === 408) return "TIMEOUT";
  if (status === 429) return "TOO_MANY_REQUESTS";
  if (messages.some(isFullQuota)) return "SERVICE_QUOTA";
  if (status < 500 && messages.some(isUnusableKey)) return "REPOSITORY_FAILED";
  const named = errors.map((error) => classifyError(error, operation)).find((code) => code !== undefined);
  if (named !== undefined && (!isVague(status) || SPECIFIC.has(named))) return named;
  if (status === 403) return "DENIED";
  if (status === NETWORK_SIGN_IN) return "UNEXPECTED_RESPONSE";
  if (status >= 500) return "SERVER_ERROR";
  if (status === 404) return classifyMissing(operation);
  if (operation === "write manifest" && status >= 400) return "MANIFEST_REFUSED";
  return "UNEXPECTED_RESPONSE";
}

/** Classifies a web page by its status alone: its words are not those of a registry, which alone can refuse a manifest. */
export function classifyPage(status: number, operation: Operation): ErrorCode {
  const code = classify(status, [], operation);
  return code === "MANIFEST_REFUSED" ? "UNEXPECTED_RESPONSE" : code;
}

/** Whether a status says nothing about the content: what a registry denies or fails to read does not count as missing. */
function isVague(status: number): boolean {
  return status === 403 || status >= 500;
}

/** The codes that hold with any status. */
const SPECIFIC: ReadonlySet<ErrorCode> = new Set(["TOO_MANY_REQUESTS", "TAG_IMMUTABLE", "MANIFEST_REFUSED"]);

function classifyError({ code, message }: RegistryError, operation: Operation): ErrorCode | undefined {
  // ECR answers TAG_INVALID even if the digest is the same (aws/containers-roadmap#2380). Harbor answers PRECONDITION.
  if (operation === "write manifest" && /\bimmutable\b/i.test(message)) return "TAG_IMMUTABLE";
  switch (code) {
    case "UNAUTHORIZED":
      return "UNAUTHORIZED";
    case "DENIED":
      return "DENIED";
    case "TOOMANYREQUESTS":
      return "TOO_MANY_REQUESTS";
    case "NAME_UNKNOWN":
      return "REPOSITORY_UNKNOWN";
    case "MANIFEST_UNKNOWN":
      return "MANIFEST_UNKNOWN";
    case "BLOB_UNKNOWN":
    case "BLOB_UPLOAD_UNKNOWN":
      return "BLOB_UNKNOWN";
    case "DIGEST_INVALID":
      return "DIGEST_MISMATCH";
    case "MANIFEST_BLOB_UNKNOWN":
    case "MANIFEST_INVALID":
    case "UNSUPPORTED":
      return operation === "write manifest" ? "MANIFEST_REFUSED" : undefined;
    default:
      return undefined;
  }
}

/** Classifies a 404 without an error code: a response to HEAD, or one of a nonconforming registry. */
function classifyMissing(operation: Operation): ErrorCode {
  if (operation === "look up manifest" || operation === "read manifest") return "MANIFEST_UNKNOWN";
  if (operation === "check for blob" || operation === "read blob") return "BLOB_UNKNOWN";
  return "REPOSITORY_UNKNOWN";
}
