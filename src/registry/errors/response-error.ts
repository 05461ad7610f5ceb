import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { isJsonObject, parseJsonObject } from "../../oci/json-object.ts";
import type { Headers } from "../http/headers.ts";
import { GONE_HINT, hintFor, type HintContext } from "./response-hint.ts";
import type { Operation, Subject } from "./operation.ts";
import { plainText } from "../../plain-text.ts";
import { isRetryableStatus } from "../http/retryable-status.ts";

/** The request that failed, and the host that answered. */
interface ErrorContext extends Subject, HintContext {
  operation: Operation;
  side: "source" | "target";
  /** The host that answered. May differ from the registry's own. */
  host: string;
  isPullLimit?: ((response: { status: number; headers: Headers; body: string }) => boolean) | undefined;
  redact?: ((text: string) => string) | undefined;
  /** Whether the refused token has been renewed, so that a retry may succeed. */
  isRenewed?: boolean | undefined;
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
  const code = isPullLimit ? "PULL_LIMIT" : classify(status, errors, operation);
  return new MirrorError(messageOf(status, errors, context, isPullLimit), {
    code,
    side,
    operation,
    reference,
    retryable: !isPullLimit && (isRetryableStatus(status) || context.isRenewed === true),
    hint: lacksContent(errors, operation) ? GONE_HINT : hintFor(code, context),
  });
}

/** Whether a manifest was refused because a blob or manifest that it references is missing. */
function lacksContent(errors: readonly RegistryError[], operation: Operation): boolean {
  return operation === "write manifest" && errors.some(({ code }) => MISSING.has(code));
}

/** Distribution-spec, "Error Codes". ECR uses BLOB_UPLOAD_UNKNOWN for layers. */
const MISSING: ReadonlySet<string> = new Set(["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "BLOB_UPLOAD_UNKNOWN"]);

interface RegistryError {
  code: string;
  message: string;
}

function classify(status: number, errors: readonly RegistryError[], operation: Operation): ErrorCode {
  if (status === 401) return "UNAUTHORIZED";
  if (status === 403) return "DENIED";
  if (status === 408) return "TIMEOUT";
  if (status === 429) return "TOO_MANY_REQUESTS";
  if (status >= 500) return "SERVER_ERROR";
  for (const error of errors) {
    const code = classifyError(error, operation);
    if (code !== undefined) return code;
  }
  if (status === 404) return classifyMissing(operation);
  if (operation === "write manifest" && status >= 400) return "MANIFEST_REFUSED";
  return "UNEXPECTED_RESPONSE";
}

function classifyError({ code, message }: RegistryError, operation: Operation): ErrorCode | undefined {
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
    case "TAG_INVALID":
      // ECR answers this even if the digest is the same (aws/containers-roadmap#2380).
      return /immutable/i.test(message) ? "TAG_IMMUTABLE" : undefined;
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

function messageOf(
  status: number,
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
  return quoted === "" ? `${host} answered ${status}` : `${host} answered ${status}: ${quoted}`;
}

/** Parses `{"errors":[{"code","message"}]}`. Other text becomes one error without a code. */
export function readErrors(text: string): RegistryError[] {
  if (text.trim() === "") return [];
  const errors = parseJsonObject(text)?.["errors"];
  if (Array.isArray(errors)) return errors.map(readError).filter((error) => error !== undefined);
  // A proxy's HTML page, or text such as "Too Many Requests".
  return [{ code: "", message: withoutMarkup(text) }];
}

function readError(value: unknown): RegistryError | undefined {
  if (!isJsonObject(value)) return undefined;
  const code = typeof value["code"] === "string" ? value["code"] : "";
  const message = typeof value["message"] === "string" ? value["message"] : "";
  return code === "" && message === "" ? undefined : { code: code.toUpperCase(), message };
}

/** Removes HTML tags. A tag ends at the next "<" even if it is not closed, so that matching takes linear time. */
function withoutMarkup(text: string): string {
  return /^\s*</.test(text) ? text.replace(/<[^<>]*>?/g, " ") : text;
}
