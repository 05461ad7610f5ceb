import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { plainText } from "../../plain-text.ts";
import { GONE_HINT } from "../../registry/errors/response-hint.ts";
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

/** One call of the ECR API, in the words that errors use. */
export interface EcrCall {
  /** "create repository". */
  operation: string;
  /** The API's name for it, which is its IAM action too: `CreateRepository`. */
  action: string;
  /** ECR unless said. */
  service?: "kms" | "tag";
  /** The repository or image, or the Region where there is neither. */
  reference: string;
  /** How often it is tried at most; as often as everything else unless said. */
  attempts?: number;
  /** What it means when ECR does not like the request itself. */
  refusal: Extract<ErrorCode, "REPOSITORY_FAILED" | "MANIFEST_REFUSED" | "UNEXPECTED_RESPONSE">;
}

/** What an exception means. `quote` adds AWS's own words, `hint` says what to do. */
interface Meaning {
  code: ErrorCode;
  side?: "credentials" | "config";
  retryable?: true;
  /** AWS's words are not repeated where they may hold the signed headers, the session token among them. */
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
  hint: "AWS does not accept these credentials: check them with `aws sts get-caller-identity`, and this machine's clock",
};

/** Matched by name: the SDK has no classes for AWS's common errors (AccessDenied, ExpiredToken, Throttling …). */
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
      hint: "AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT do not go together with an endpoint of your own",
    },
  ],
  ["OptInRequired", { code: "DENIED", hint: "enable this Region for the AWS account, or use another" }],
  [
    "LimitExceededException",
    {
      code: "SERVICE_QUOTA",
      hint: "raise the quota of Amazon ECR that is named, in Service Quotas",
    },
  ],
  [
    "RepositoryNotFoundException",
    {
      code: "REPOSITORY_UNKNOWN",
      hint: "run `plan` again: the repository was there or was to be created before",
    },
  ],
  ["ImageNotFoundException", { code: "MANIFEST_UNKNOWN" }],
  [
    "ImageTagAlreadyExistsException",
    {
      code: "TAG_IMMUTABLE",
      hint: "the repository does not let this tag move: mirror to another tag, or except it in `tagMutability`",
    },
  ],
  ["ImageDigestDoesNotMatchException", { code: "DIGEST_MISMATCH" }],
  ["LayersNotFoundException", { code: "BLOB_UNKNOWN", hint: GONE_HINT }],
  ["ReferencedImagesNotFoundException", { code: "MANIFEST_UNKNOWN", hint: GONE_HINT }],
  ["BlockedByOrganizationPolicyException", { code: "DENIED", hint: "a policy of the AWS organization forbids it" }],
]);

/**
 * Turns what the SDK threw into a MirrorError of side `target`, or `credentials` where those are at fault.
 * What came without any answer of AWS, a TypeError say, passes through: that is our defect.
 */
export function ecrError(error: unknown, call: EcrCall): unknown {
  if (error instanceof MirrorError) return error;
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

function meaningOf(failure: Failure, call: EcrCall): Meaning {
  const named = MEANINGS.get(failure.name);
  if (named !== undefined) return named;
  if (isExpired(failure)) return EXPIRED;
  if (isDenied(failure)) return denial(failure.message, call);
  if (failure.name === "KmsException") return kms(failure);
  if (isThrottled(failure)) {
    return {
      code: "TOO_MANY_REQUESTS",
      retryable: true,
      hint: "other work uses this account's rate of ECR calls: try again later",
    };
  }
  if (isServerFault(failure)) {
    return {
      code: "SERVER_ERROR",
      retryable: true,
      hint: `${serviceOf(call)} has a fault: try again later, or see health.aws.amazon.com`,
    };
  }
  // Neither ECR nor an AWS error: a page of a proxy or a portal, whose text says nothing about the call.
  if (failure.name === "SyntaxError") {
    return {
      code: "UNEXPECTED_RESPONSE",
      quote: false,
      hint: "something between here and AWS answered: check HTTPS_PROXY and AWS_ENDPOINT_URL_ECR",
    };
  }
  return { code: call.refusal };
}

function serviceOf({ service }: EcrCall): string {
  if (service === undefined) return "Amazon ECR";
  return service === "kms" ? "AWS KMS" : "AWS's Resource Groups Tagging API";
}

function messageOf(failure: Failure, meaning: Meaning, call: EcrCall): string {
  const status = failure.status === undefined ? "" : ` (${failure.status})`;
  if (failure.name === "SyntaxError") return `${serviceOf(call)}'s answer is no JSON${status}`;
  return meaning.quote === false ? `${failure.name}${status}` : `${failure.name}: ${plainText(failure.message)}`;
}

/** AWS names action and principal in its sentence; the action can differ from the call's (ecr:TagResource on create). */
function denial(message: string, call: EcrCall): Meaning {
  const action =
    /not authorized to perform:? ((?:ecr|kms|tag):[A-Za-z]+)/.exec(message)?.[1] ??
    `${call.service ?? "ecr"}:${call.action}`;
  return {
    code: "DENIED",
    hint: `grant ${action} on ${call.reference} to ${principalIn(message) ?? "the role that mirrorform runs as"}`,
  };
}

function kms(failure: Failure): Meaning {
  const reason = failure.kmsError === undefined ? "" : ` (${plainText(failure.kmsError)})`;
  return {
    code: "REPOSITORY_FAILED",
    hint: `AWS KMS refused the repository's key${reason}: check that it exists in this Region, is enabled, and that kms:DescribeKey and kms:CreateGrant are granted`,
  };
}
