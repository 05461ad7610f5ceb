import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { isJsonObject, parseJsonObject } from "../../oci/json-object.ts";
import type { Headers } from "../http/headers.ts";
import { GONE_HINT, hintFor, type HintContext } from "./response-hint.ts";
import type { Operation, Subject } from "./operation.ts";
import { plainText } from "../../plain-text.ts";
import { isRetryableStatus } from "../http/retryable-status.ts";

/** What was asked when the error came, and of whom. */
interface ErrorContext extends Subject, HintContext {
  operation: Operation;
  side: "source" | "target";
  /** The host that answered, where it is not the registry's own. */
  host: string;
  isPullLimit?: ((response: { status: number; headers: Headers; body: string }) => boolean) | undefined;
  redact?: ((text: string) => string) | undefined;
  /** The refused token was renewed meanwhile: the same request may now pass. */
  isRenewed?: boolean | undefined;
}

/** What an answer that is no success means, by the codes of the distribution-spec ("Error Codes") and by its status. */
export function responseError(
  response: { status: number; headers: Headers; text: string },
  context: ErrorContext,
): MirrorError {
  const { status, headers, text } = response;
  const { operation, reference, side } = context;
  const told = readErrors(text);
  const isPullLimit = status === 429 && context.isPullLimit?.({ status, headers, body: text }) === true;
  const code = isPullLimit ? "PULL_LIMIT" : classify(status, told, operation);
  return new MirrorError(sentence(status, told, context, isPullLimit), {
    code,
    side,
    operation,
    reference,
    retryable: !isPullLimit && (isRetryableStatus(status) || context.isRenewed === true),
    hint: namesMissing(told, operation) ? GONE_HINT : hintFor(code, context),
  });
}

/** Whether a manifest was refused for what it names: blobs, or manifests, which go in before it. */
function namesMissing(told: readonly ToldError[], operation: Operation): boolean {
  return operation === "write manifest" && told.some(({ code }) => MISSING.has(code));
}

/** distribution-spec, "Error Codes". ECR says BLOB_UPLOAD_UNKNOWN of layers. */
const MISSING: ReadonlySet<string> = new Set(["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "BLOB_UPLOAD_UNKNOWN"]);

interface ToldError {
  code: string;
  message: string;
}

function classify(status: number, told: readonly ToldError[], operation: Operation): ErrorCode {
  if (status === 401) return "UNAUTHORIZED";
  if (status === 403) return "DENIED";
  if (status === 408) return "TIMEOUT";
  if (status === 429) return "TOO_MANY_REQUESTS";
  if (status >= 500) return "SERVER_ERROR";
  for (const error of told) {
    const code = classifyTold(error, operation);
    if (code !== undefined) return code;
  }
  if (status === 404) return classifyMissing(operation);
  if (operation === "write manifest" && status >= 400) return "MANIFEST_REFUSED";
  return "UNEXPECTED_RESPONSE";
}

function classifyTold({ code, message }: ToldError, operation: Operation): ErrorCode | undefined {
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
      // ECR, for the same digest too (aws/containers-roadmap#2380).
      return /immutable/i.test(message) ? "TAG_IMMUTABLE" : undefined;
    case "MANIFEST_BLOB_UNKNOWN":
    case "MANIFEST_INVALID":
    case "UNSUPPORTED":
      return operation === "write manifest" ? "MANIFEST_REFUSED" : undefined;
    default:
      return undefined;
  }
}

/** A 404 without a code: an answer to HEAD, or a registry of its own mind. */
function classifyMissing(operation: Operation): ErrorCode {
  if (operation === "look up manifest" || operation === "read manifest") return "MANIFEST_UNKNOWN";
  if (operation === "check for blob" || operation === "read blob") return "BLOB_UNKNOWN";
  return "REPOSITORY_UNKNOWN";
}

function sentence(status: number, told: readonly ToldError[], context: ErrorContext, isPullLimit: boolean): string {
  const { host, redact } = context;
  const said = told.map(({ code, message }) => [code, message].filter((part) => part !== "").join(": ")).join("; ");
  // A text about an allowance names the account, so it is quoted only where somebody takes the name out.
  const quotable = isPullLimit && redact === undefined ? "" : said;
  const quoted = plainText(redact === undefined ? quotable : redact(quotable));
  return quoted === "" ? `${host} answered ${status}` : `${host} answered ${status}: ${quoted}`;
}

/** Reads `{"errors":[{"code","message"}]}`; other text is one error without a code. */
export function readErrors(text: string): ToldError[] {
  if (text.trim() === "") return [];
  const errors = parseJsonObject(text)?.["errors"];
  if (Array.isArray(errors)) return errors.map(readError).filter((error) => error !== undefined);
  // A proxy's page, or a word such as "Too Many Requests".
  return [{ code: "", message: withoutMarkup(text) }];
}

function readError(value: unknown): ToldError | undefined {
  if (!isJsonObject(value)) return undefined;
  const code = typeof value["code"] === "string" ? value["code"] : "";
  const message = typeof value["message"] === "string" ? value["message"] : "";
  return code === "" && message === "" ? undefined : { code: code.toUpperCase(), message };
}

/** A tag ends before the next one, closed or not: whatever the text is, it is read through once. */
function withoutMarkup(text: string): string {
  return /^\s*</.test(text) ? text.replace(/<[^<>]*>?/g, " ") : text;
}
