import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { plainText } from "../../plain-text.ts";
import { denialHint } from "../../registry/errors/aws-denial.ts";
import { kmsHint } from "../../registry/errors/kms-failure.ts";
import { isFullQuota, quotaHint } from "../../registry/errors/quota.ts";
import { missingContentHint } from "../../registry/errors/missing-content.ts";
import { digestsIn } from "../../registry/errors/registry-errors.ts";
import {
  isDenied,
  isExpired,
  isNotFromAws,
  isServerFault,
  isThrottled,
  readFailure,
  SIGN_IN_AGAIN,
  type Failure,
} from "./aws-failure.ts";

/** Describes one API call for error messages. */
export interface EcrCall {
  /** "create repository". */
  operation: string;
  /** The name of the API operation, which is also the IAM action: `CreateRepository`. */
  action: string;
  /** Default: ECR. */
  service?: "kms" | "tag";
  /** The repository, image or other resource; the registry for an account-wide call. */
  reference: string;
  /** What IAM grants the action on. Default: `reference`. */
  resource?: "*";
  /** Maximum number of attempts. Default: as for every other request. */
  attempts?: number;
  /** The foreign layers of the manifest in the request, for the hint of an error. */
  foreignLayers?: readonly string[];
  /** Whether missing content can be that of the manifest in the request. */
  needs?: (digest: string) => boolean;
  /** The code if the service rejects the request itself. */
  refusal: Extract<ErrorCode, "REPOSITORY_FAILED" | "MANIFEST_REFUSED" | "UNEXPECTED_RESPONSE">;
}

/** The meaning of an exception. */
interface Meaning {
  code: ErrorCode;
  side?: "credentials" | "config";
  retryable?: true;
  /** Omits AWS's message, which may contain the signed headers and with them the session token. */
  quote?: false;
  hint?: string;
}

const EXPIRED: Meaning = {
  code: "EXPIRED_CREDENTIALS",
  side: "credentials",
  quote: false,
  hint: SIGN_IN_AGAIN,
};
const NOT_ACCEPTED: Meaning = {
  code: "UNAUTHORIZED",
  side: "credentials",
  quote: false,
  hint: "AWS rejects these credentials; check them with `aws sts get-caller-identity`, and check this machine's clock",
};

/** By exception name, because the SDK has no classes for AWS's common errors (AccessDenied, ExpiredToken, Throttling, …). */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["UnrecognizedClientException", NOT_ACCEPTED],
  ["InvalidClientTokenId", NOT_ACCEPTED],
  ["InvalidSignatureException", NOT_ACCEPTED],
  ["SignatureDoesNotMatch", NOT_ACCEPTED],
  ["IncompleteSignature", NOT_ACCEPTED],
  ["IncompleteSignatureException", NOT_ACCEPTED],
  ["MissingAuthenticationToken", NOT_ACCEPTED],
  ["MissingAuthenticationTokenException", NOT_ACCEPTED],
  ["RequestTimeTooSkewed", NOT_ACCEPTED],
  [
    "EndpointError",
    {
      code: "USAGE",
      side: "config",
      hint: "unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT; they cannot be combined with a custom endpoint",
    },
  ],
  ["OptInRequired", { code: "DENIED", hint: "enable this Region for the AWS account, or use another Region" }],
  [
    "RepositoryNotFoundException",
    {
      code: "REPOSITORY_UNKNOWN",
      hint: "run `plan` again; the repository existed, or should have been created, before this call",
    },
  ],
  [
    "ImageNotFoundException",
    { code: "MANIFEST_UNKNOWN", hint: "run `plan` again; another client or a lifecycle policy deleted the image" },
  ],
  [
    "ImageTagAlreadyExistsException",
    {
      code: "TAG_IMMUTABLE",
      hint: "the tag is immutable; mirror to another tag, or exclude this one under `except` in `tagMutability`",
    },
  ],
  ["ImageDigestDoesNotMatchException", { code: "DIGEST_MISMATCH" }],
  [
    "BlockedByOrganizationPolicyException",
    { code: "DENIED", hint: "ask the administrators of your AWS organization; one of its policies blocks this action" },
  ],
]);

/**
 * Maps an error from the SDK to a MirrorError of side `target`, or `credentials` if those are at fault.
 * Returns anything else as it is: an error without a response from AWS, such as a TypeError, is a bug in mirrorform.
 */
export function ecrError(error: unknown, call: EcrCall): unknown {
  if (error instanceof MirrorError) return error;
  if (isInvalidUrl(error)) return invalidEndpoint(call);
  const failure = readFailure(error);
  if (failure.status === undefined && !MEANINGS.has(failure.name) && !isExpired(failure)) return error;
  const meaning = meaningOf(failure, call);
  return new MirrorError(messageOf(failure, meaning, call), {
    code: meaning.code,
    side: meaning.side ?? "target",
    operation: call.operation,
    reference: call.reference,
    retryable: meaning.retryable ?? false,
    hint: meaning.hint,
    cause: error,
  });
}

/** Whether the SDK could not parse an endpoint, which it takes from the profile. mirrorform itself never throws this. */
function isInvalidUrl(error: unknown): boolean {
  return error instanceof TypeError && "code" in error && error.code === "ERR_INVALID_URL";
}

/** Does not quote the endpoint, because it may contain a password. */
function invalidEndpoint({ operation, reference }: EcrCall): MirrorError {
  return new MirrorError("an endpoint in the AWS configuration is not a valid URL", {
    code: "USAGE",
    side: "config",
    operation,
    reference,
    hint: "set endpoint_url in the AWS profile to a full URL such as https://api.ecr.eu-west-1.amazonaws.com, or remove it",
  });
}

function meaningOf(failure: Failure, call: EcrCall): Meaning {
  if (isQuota(failure)) return { code: "SERVICE_QUOTA", hint: quotaHint(failure.message, "ecr") };
  const missing = MISSING.get(failure.name);
  if (missing !== undefined) return { code: missing, hint: hintForMissing(failure, call) };
  const named = MEANINGS.get(failure.name);
  if (named !== undefined) return named;
  if (isExpired(failure)) return EXPIRED;
  if (isDenied(failure)) return denial(failure.message, call);
  if (failure.name === "KmsException") return kms(failure);
  if (isThrottled(failure)) {
    return {
      code: "TOO_MANY_REQUESTS",
      retryable: true,
      hint: "retry later; other clients are using up this account's API rate limit",
    };
  }
  if (isServerFault(failure)) {
    return {
      code: "SERVER_ERROR",
      retryable: true,
      hint: `retry later, or check the status of ${serviceOf(call)} at health.aws.amazon.com`,
    };
  }
  if (isNotFromAws(failure)) {
    return {
      code: "UNEXPECTED_RESPONSE",
      quote: false,
      hint: "check HTTPS_PROXY and AWS_ENDPOINT_URL_ECR; the response did not come from AWS",
    };
  }
  return { code: call.refusal };
}

/** The exceptions of PutImage for missing content. */
const MISSING: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["LayersNotFoundException", "BLOB_UNKNOWN"],
  ["ReferencedImagesNotFoundException", "MANIFEST_UNKNOWN"],
]);

function hintForMissing({ message }: Failure, { foreignLayers = [], needs = () => true }: EcrCall): string {
  return missingContentHint({ registryKind: "ecr", foreignLayers, missing: digestsIn(message), needs });
}

/** Whether a quota is full, from the exception's name or AWS's words. */
function isQuota(failure: Failure): boolean {
  return failure.name === "LimitExceededException" || (!isThrottled(failure) && isFullQuota(failure.message));
}

function serviceOf({ service }: EcrCall): string {
  if (service === undefined) return "Amazon ECR";
  return service === "kms" ? "AWS KMS" : "the AWS Resource Groups Tagging API";
}

function messageOf(failure: Failure, meaning: Meaning, call: EcrCall): string {
  const status = failure.status === undefined ? "" : ` (${failure.status})`;
  if (isNotFromAws(failure)) return `the response of ${serviceOf(call)} is not JSON${status}`;
  return meaning.quote === false ? `${failure.name}${status}` : `${failure.name}: ${plainText(failure.message)}`;
}

/** The action that AWS's message names can differ from the call's: CreateRepository also needs ecr:TagResource. */
function denial(message: string, call: EcrCall): Meaning {
  const action = `${call.service ?? "ecr"}:${call.action}`;
  return { code: "DENIED", hint: denialHint(message, { action, resource: call.resource ?? call.reference }) };
}

/** ECR has one exception for all failures of KMS. */
function kms({ message, kmsError }: Failure): Meaning {
  const reason = kmsError === undefined ? "" : ` (${plainText(kmsError)})`;
  return { code: "REPOSITORY_FAILED", hint: `${kmsHint(message, kmsError)}${reason}` };
}
