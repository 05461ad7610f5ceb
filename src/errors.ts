import { USUAL_HINTS } from "./error-hints.ts";
import type { ErrorCode } from "./error-code.ts";
import { MAX_MESSAGE_LENGTH, shortened } from "./plain-text.ts";

/** Where an error came from: the source and the target often have different operators. */
export type Side = "source" | "target" | "config" | "credentials";

/** The fields of a {@link MirrorError}, other than its message. */
export interface MirrorErrorFields {
  code: ErrorCode;
  side: Side;
  /** What failed, as a verb phrase to read after "cannot": "read manifest", "list tags of". */
  operation: string;
  /** What `operation` applies to: an image reference, a repository, a host, or a file with line and column. */
  reference?: string | undefined;
  /** Whether the same request may succeed if it is sent again. */
  retryable?: boolean;
  /** Milliseconds that the server asked to wait before a retry, not capped. Not part of a report. */
  retryAfterMilliseconds?: number | undefined;
  /** Whether a web page came in place of a registry's response. Not part of a report. */
  isWebPage?: boolean;
  /** What to do next, as a lower-case imperative clause. Defaults to the usual hint for the code. */
  hint?: string | undefined;
  cause?: unknown;
}

/**
 * The error class of mirrorform. `message` is the cause; `operation` and `reference` are what failed. All texts have a
 * bounded length, because registries and mirror files write parts of them: a reference at most 300 characters, a message
 * or a hint at most 1,000. A message that quotes a long text passes it through `shortened` first, so that its own words
 * stay.
 */
export class MirrorError extends Error {
  override readonly name = "MirrorError";
  readonly code: ErrorCode;
  readonly side: Side;
  readonly operation: string;
  readonly reference: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMilliseconds: number | undefined;
  readonly isWebPage: boolean;
  readonly hint: string;

  constructor(message: string, fields: MirrorErrorFields) {
    super(shortened(message, MAX_MESSAGE_LENGTH), fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.side = fields.side;
    this.operation = shortened(fields.operation);
    this.reference = fields.reference === undefined ? undefined : shortened(fields.reference);
    this.retryable = fields.retryable ?? false;
    this.retryAfterMilliseconds = fields.retryAfterMilliseconds;
    this.isWebPage = fields.isWebPage ?? false;
    this.hint = shortened(fields.hint ?? USUAL_HINTS[fields.code], MAX_MESSAGE_LENGTH);
  }

  /** Returns a copy of the error with some fields replaced. */
  with(changes: Partial<MirrorErrorFields>): MirrorError {
    return new MirrorError(this.message, { ...this, cause: this.cause, ...changes });
  }
}

/**
 * An error as plain data, for plans, reports and `--json`. Has no cause, because causes can contain request headers.
 */
export interface ErrorReport {
  code: ErrorCode;
  side: Side;
  operation: string;
  reference?: string;
  message: string;
  hint?: string;
}

/** Turns a thrown value into an {@link ErrorReport}. Anything but a MirrorError is a defect of mirrorform: INTERNAL. */
export function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof MirrorError)) {
    return shortReport({
      code: "INTERNAL",
      side: "config",
      operation: "run mirrorform",
      message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      hint: "report this bug in mirrorform, with the command and its --verbose output",
    });
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

/** Bounds the texts of a report, as {@link MirrorError} does. For reports that are not made from an error. */
export function shortReport(report: ErrorReport): ErrorReport {
  const { operation, reference, message, hint } = report;
  return {
    ...report,
    operation: shortened(operation),
    ...(reference === undefined ? {} : { reference: shortened(reference) }),
    message: shortened(message, MAX_MESSAGE_LENGTH),
    ...(hint === undefined ? {} : { hint: shortened(hint, MAX_MESSAGE_LENGTH) }),
  };
}
