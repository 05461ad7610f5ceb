import { NETWORK_SIGN_IN } from "../../registry/http/web-page.ts";

/** The readable parts of an error from the AWS SDK. */
export interface Failure {
  /** The exception's name. The SDK has no classes for AWS's common errors, so only the name identifies them. */
  name: string;
  message: string;
  /** The HTTP status. Undefined if there was no response. */
  status: number | undefined;
  /** KmsException only. */
  kmsError: string | undefined;
}

/** Reads an error from the AWS SDK, or any other thrown value. Never throws. */
export function readFailure(error: unknown): Failure {
  if (!(error instanceof Error))
    return { name: "Unknown", message: String(error), status: undefined, kmsError: undefined };
  return {
    name: error.name,
    message: error.message,
    status: statusOf(error),
    kmsError: "kmsError" in error && typeof error.kmsError === "string" ? error.kmsError : undefined,
  };
}

/** Returns whether an error, or one of its causes, is the AWS exception `name`. */
export function isException(error: unknown, name: string): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === name || isException(error.cause, name);
}

/** Exceptions for throttling in AWS's protocols. LimitExceededException is not one of them: it means a full quota. */
const THROTTLED = new Set([
  "ThrottlingException",
  "Throttling",
  "ThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
]);

/** Exceptions for expired session credentials. ECR, STS and SSO use different names. */
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired"]);

const DENIED = new Set(["AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "AuthorizationError"]);

/** The hint for expired credentials. */
export const SIGN_IN_AGAIN =
  "sign in to AWS again (`aws sso login`, or a new session in CI) and rerun the command; it resumes where it stopped";

/** Returns whether AWS reports expired credentials. */
export function isExpired(failure: Failure): boolean {
  return EXPIRED.has(failure.name);
}

/** Returns whether AWS denied the action. */
export function isDenied(failure: Failure): boolean {
  return DENIED.has(failure.name);
}

/** Returns whether AWS throttled the request, by status or by name. */
export function isThrottled(failure: Failure): boolean {
  return failure.status === 429 || THROTTLED.has(failure.name);
}

/** Returns whether the server failed. Any 5xx counts: for HTML from a load balancer, the SDK throws a SyntaxError. */
export function isServerFault(failure: Failure): boolean {
  const { name, status } = failure;
  return name === "ServerException" || (status !== undefined && status >= 500 && status !== NETWORK_SIGN_IN);
}

/** The names of errors for a response that the SDK cannot parse as JSON or XML. */
const UNPARSED = new Set(["SyntaxError", "Error"]);

/** Returns whether a response is not from AWS, but for example the page of a proxy or a captive portal. */
export function isNotFromAws({ name, status }: Failure): boolean {
  return status === NETWORK_SIGN_IN || (status !== undefined && UNPARSED.has(name));
}

function statusOf(error: Error): number | undefined {
  if (!("$metadata" in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
