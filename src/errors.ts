import { USUAL_HINTS } from "./error-hints.ts";
import type { ErrorCode } from "./error-code.ts";

/** Which of the parties an error came from. "429 from the source" and "403 from the target" need different people. */
export type Side = "source" | "target" | "config" | "credentials";

/** What a {@link MirrorError} is made of, its message aside. */
export interface MirrorErrorFields {
  code: ErrorCode;
  side: Side;
  /** What was being done, in words: "read manifest", "create repository". */
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
