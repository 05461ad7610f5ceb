import { USUAL_HINTS } from "../../error-hints.ts";
import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { Headers } from "../http/headers.ts";
import { isAwsDenial } from "./aws-denial.ts";
import { EXPIRED_TOKEN_HINT, isExpiredToken } from "./expired-token.ts";
import { isKmsFailure, kmsHint } from "./kms-failure.ts";
import { classify, classifyPage } from "./classify.ts";
import { FOREIGN_LAYERS_HINT, missingContentHint } from "./missing-content.ts";
import { algorithmHint, refusedAlgorithm } from "./refused-algorithm.ts";
import { deniedActionHint, hintFor, type HintContext } from "./response-hint.ts";
import type { Operation, Subject } from "./operation.ts";
import { plainText } from "../../plain-text.ts";
import { isFullQuota, quotaHint } from "./quota.ts";
import { isMissingContent, readErrors, type RegistryError } from "./registry-errors.ts";
import { isErrorPage, NETWORK_SIGN_IN } from "../http/web-page.ts";
import { PAGE_HINT } from "./web-page-error.ts";
import { isRetryableStatus } from "../retry/retryable-status.ts";

/** The request that failed, and the host that answered. */
interface ErrorContext extends Subject, HintContext {
  operation: Operation;
  /** The host that answered. May differ from the registry's own. */
  host: string;
  isPullLimit?: ((response: { status: number; headers: Headers; body: string }) => boolean) | undefined;
  redact?: ((text: string) => string) | undefined;
  /** Whether the refused token has been renewed, so that a retry may succeed. */
  isRenewed?: boolean | undefined;
  /** The foreign layers of the image that was sent. */
  foreignLayers?: readonly string[] | undefined;
  /** Whether missing content can be that of the manifest that was sent. */
  needs?: ((digest: string) => boolean) | undefined;
}

/** Creates the error for a failed response, from the codes of the distribution-spec ("Error Codes") and the status. */
export function responseError(
  response: { status: number; headers: Headers; text: string },
  context: ErrorContext,
): MirrorError {
  const { status, headers, text } = response;
  const { operation, reference, side } = context;
  const errors = readErrors(text);
  const isPullLimit = status === 429 && context.isPullLimit?.({ status, headers, body: text }) === true;
  const isWebPage = isErrorPage(response);
  const read = isWebPage ? classifyPage(status, operation) : classify(status, errors, operation);
  const words = isPullLimit ? "PULL_LIMIT" : read;
  const isAboutContent = status !== CONTENT_TOO_LARGE && !isWebPage;
  const algorithm = isAboutContent ? refusedAlgorithm(words, errors, context) : undefined;
  const code = algorithm === undefined ? words : "MANIFEST_REFUSED";
  return new MirrorError(
    messageOf(isWebPage ? `${status} with a web page` : `${status}`, errors, context, isPullLimit),
    {
      code,
      side,
      operation,
      reference,
      isWebPage,
      retryable: isRetryable(code, status) || (!isPullLimit && context.isRenewed === true),
      hint: algorithm === undefined ? hintOf(code, response, errors, context) : algorithmHint(algorithm),
    },
  );
}

/** Whether the same request may succeed later. A 5xx whose words are specific fails the same way again. */
function isRetryable(code: ErrorCode, status: number): boolean {
  if (code === "TOO_MANY_REQUESTS") return true;
  return (code === "SERVER_ERROR" || code === "TIMEOUT") && isRetryableStatus(status);
}

/**
 * The hint for a web page, which a filtering proxy or a web server that is no registry sends. Some registries, but not
 * ECR, have a page for access denied, and the gateway of an overloaded registry has one too.
 */
function pageHint(code: ErrorCode, context: ErrorContext): string {
  const isAccess = code === "DENIED" || code === "UNAUTHORIZED";
  const usual = code === "SERVER_ERROR" ? USUAL_HINTS[code] : undefined;
  const own = isAccess && context.registryKind === "ecr" ? undefined : (hintFor(code, context) ?? usual);
  return own === undefined ? PAGE_HINT : `${own}; the response is a web page, so check HTTPS_PROXY and NO_PROXY too`;
}

function hintOf(
  code: ErrorCode,
  response: { status: number; headers: Headers; text: string },
  errors: readonly RegistryError[],
  context: ErrorContext,
): string | undefined {
  const { registryKind, operation, host } = context;
  if (response.status === CONTENT_TOO_LARGE && code !== "SERVICE_QUOTA") return tooLargeHint(host);
  if (response.status === NETWORK_SIGN_IN) return PAGE_HINT;
  if (code !== "PULL_LIMIT" && isErrorPage(response)) return pageHint(code, context);
  const messages = errors.map(({ message }) => message);
  const denial = messages.find(isAwsDenial);
  if (code === "DENIED" && denial !== undefined) return deniedActionHint(denial, operation);
  if (code === "UNAUTHORIZED" && messages.some(isExpiredToken)) return EXPIRED_TOKEN_HINT;
  const key = messages.find(isKmsFailure);
  if (key !== undefined && (code === "REPOSITORY_FAILED" || code === "DENIED")) return kmsHint(key);
  const quota = errors.find(({ message }) => isFullQuota(message));
  if (code === "SERVICE_QUOTA" && quota !== undefined) return quotaHint(quota.message, registryKind);
  const missing = errors.filter(isMissingContent);
  if (operation !== "write manifest" || (missing.length === 0 && code !== "MANIFEST_REFUSED")) {
    return hintFor(code, context);
  }
  const { foreignLayers = [], needs = () => true } = context;
  if (missing.length > 0) {
    return missingContentHint({
      registryKind,
      foreignLayers,
      missing: missing.flatMap(({ digests }) => digests),
      needs,
    });
  }
  return foreignLayers.length > 0 ? FOREIGN_LAYERS_HINT : hintFor(code, context);
}

const CONTENT_TOO_LARGE = 413;

/** Registries have no limit on a layer that mirrorform can reach; proxies in front of them do. */
function tooLargeHint(host: string): string {
  return `raise the limit on the size of requests in the proxy in front of ${host} (nginx: \`client_max_body_size\`)`;
}

function messageOf(
  answer: string,
  errors: readonly RegistryError[],
  context: ErrorContext,
  isPullLimit: boolean,
): string {
  const { host, redact } = context;
  const details = errors
    .map(({ code, message }) => [code, message].filter((part) => part !== "").join(": "))
    .join("; ");
  // A pull limit error contains the account name, so it is quoted only after redaction.
  const quotable = isPullLimit && redact === undefined ? "" : details;
  const quoted = plainText(redact === undefined ? quotable : redact(quotable));
  return quoted === "" ? `${host} answered ${answer}` : `${host} answered ${answer}: ${quoted}`;
}
