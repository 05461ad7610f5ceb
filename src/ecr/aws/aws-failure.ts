/** What can be read of an error that the AWS SDK threw. */
export interface Failure {
  /** The exception's name: AWS's common errors have no class in the SDK, so the name is all there is. */
  name: string;
  message: string;
  /** Undefined when no answer came. */
  status: number | undefined;
  /** KmsException only. */
  kmsError: string | undefined;
}

/** Reads what the AWS SDK, or anything else, threw. Never throws. */
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

/** Whether the SDK threw the exception `name`, or something that has it as its cause. */
export function isException(error: unknown, name: string): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === name || isException(error.cause, name);
}

/** AWS's names for "slower, please", over its several protocols. LimitExceededException is not one: it is a full quota. */
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

/** Session keys that were good and are over: ECR, STS and SSO name it differently. */
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired"]);

const DENIED = new Set(["AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "AuthorizationError"]);

/** What to do about credentials that have expired. */
export const SIGN_IN_AGAIN =
  "sign in to AWS again (`aws sso login`, or a new session in CI) and repeat the command: it goes on where it stopped";

/** Whether AWS says that the credentials have expired. */
export function isExpired(failure: Failure): boolean {
  return EXPIRED.has(failure.name);
}

/** Whether AWS says that this identity may not do that. */
export function isDenied(failure: Failure): boolean {
  return DENIED.has(failure.name);
}

/** Whom AWS's sentence about a denial names: "User: arn:… is not authorized to perform: …". */
export function principalIn(message: string): string | undefined {
  return /User: (arn:[\w:/+=,.@-]+) is not/.exec(message)?.[1];
}

/** Whether the rate is used up, which the status or the name tells. */
export function isThrottled(failure: Failure): boolean {
  return failure.status === 429 || THROTTLED.has(failure.name);
}

/** 5xx with whatever body: proxies and load balancers answer in HTML, and the SDK then throws a SyntaxError. */
export function isServerFault(failure: Failure): boolean {
  return failure.name === "ServerException" || (failure.status !== undefined && failure.status >= 500);
}

function statusOf(error: Error): number | undefined {
  if (!("$metadata" in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
