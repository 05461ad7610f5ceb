import { USUAL_HINTS } from "./error-hints.ts";

/** Which of the parties an error came from. "429 from the source" and "403 from the target" need different people. */
export type Side = "source" | "target" | "config" | "credentials";

/** Every code that mirrorform reports. Codes are stable; `docs/errors.md` has one line for each. */
export type ErrorCode =
  // the command line and the mirror file
  | "USAGE"
  | "FILE_UNREADABLE"
  | "FILE_UNWRITABLE"
  | "YAML_SYNTAX"
  | "INVALID_FILE"
  | "INVALID_REFERENCE"
  | "POLICY_FILE"
  | "PLAN_FILE"
  | "LOCK_MISMATCH"
  | "EMPTY"
  | "NO_TAGS"
  | "COLLISION"
  // who we are
  | "NO_REGION"
  | "NO_CREDENTIALS"
  | "EXPIRED_CREDENTIALS"
  | "CREDENTIAL_HELPER"
  | "UNAUTHORIZED"
  | "DENIED"
  // the way there
  | "UNREACHABLE"
  | "TIMEOUT"
  | "TLS"
  | "REALM_REFUSED"
  | "REDIRECT_REFUSED"
  // what came back
  | "REPOSITORY_UNKNOWN"
  | "MANIFEST_UNKNOWN"
  | "BLOB_UNKNOWN"
  | "PULL_LIMIT"
  | "TOO_MANY_REQUESTS"
  | "SERVER_ERROR"
  | "UNEXPECTED_RESPONSE"
  | "TOO_LARGE"
  | "DIGEST_MISSING"
  | "DIGEST_MISMATCH"
  | "MANIFEST_INVALID"
  | "MEDIA_TYPE_UNSUPPORTED"
  | "NESTED_TOO_DEEPLY"
  | "PLATFORM_MISSING"
  // the target's own rules
  | "TAG_IMMUTABLE"
  | "MANIFEST_REFUSED"
  | "SERVICE_QUOTA"
  | "REPOSITORY_FAILED"
  | "STALE"
  | "TOO_MANY_DELETIONS"
  | "NOTHING_DECLARED"
  | "IN_USE"
  | "HELD_BACK"
  // OCI layouts on disk
  | "LAYOUT_FILE"
  | "LAYOUT_INVALID"
  // ourselves
  | "INTERRUPTED"
  | "INTERNAL";

/** What a {@link MirrorError} is made of, its message aside. */
export interface MirrorErrorFields {
  code: ErrorCode;
  side: Side;
  /** What was being done, in words: "read a manifest", "create a repository". */
  operation: string;
  /** What it was done to: an image reference, a repository, a host, a file with line and column. */
  reference?: string | undefined;
  /** Whether the same request may succeed a moment later. */
  retryable?: boolean;
  /** Milliseconds that the other side asked us to wait before the same request, not capped. No report has it. */
  retryAfterMilliseconds?: number | undefined;
  /** What to do next, written for the person who reads it at night; by default the usual hint for the code. */
  hint?: string | undefined;
  cause?: unknown;
}

/** The one error class. `message` says what came back; the fields say to whom it belongs and what to do. */
export class MirrorError extends Error {
  override readonly name = "MirrorError";
  readonly code: ErrorCode;
  readonly side: Side;
  readonly operation: string;
  readonly reference: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMilliseconds: number | undefined;
  readonly hint: string;

  constructor(message: string, fields: MirrorErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.side = fields.side;
    this.operation = fields.operation;
    this.reference = fields.reference;
    this.retryable = fields.retryable ?? false;
    this.retryAfterMilliseconds = fields.retryAfterMilliseconds;
    this.hint = fields.hint ?? USUAL_HINTS[fields.code];
  }

  /** The same error with some of its fields replaced. */
  with(changes: Partial<MirrorErrorFields>): MirrorError {
    return new MirrorError(this.message, { ...this, cause: this.cause, ...changes });
  }
}

/** An error as plain data, for plans, reports and `--json`. Holds no cause: causes can carry request headers. */
export interface ErrorReport {
  code: ErrorCode;
  side: Side;
  operation: string;
  reference?: string;
  message: string;
  hint?: string;
}

/** Turns anything thrown into an {@link ErrorReport}. What is not a MirrorError is our defect: INTERNAL. */
export function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof MirrorError)) {
    return {
      code: "INTERNAL",
      side: "config",
      operation: "run mirrorform",
      message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      hint: "This is a defect of mirrorform. Please report it with the command and its --verbose output.",
    };
  }
  return {
    code: error.code,
    side: error.side,
    operation: error.operation,
    ...(error.reference === undefined ? {} : { reference: error.reference }),
    message: error.message,
    hint: error.hint,
  };
}
