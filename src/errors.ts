import { USUAL_HINTS } from "./error-hints.ts";
import type { ErrorCode } from "./error-code.ts";

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
  /** What to do next, as a lower-case imperative clause. Defaults to the usual hint for the code. */
  hint?: string | undefined;
  cause?: unknown;
}

/** The error class of mirrorform. `message` is the cause; `operation` and `reference` are what failed. */
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
    return {
      code: "INTERNAL",
      side: "config",
      operation: "run mirrorform",
      message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      hint: "report this bug in mirrorform, with the command and its --verbose output",
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
