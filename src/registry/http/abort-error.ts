import { MirrorError, type Side } from "../../errors.ts";

/** The interrupted operation. */
export interface Interrupted {
  side: Side;
  operation: string;
  reference: string | undefined;
}

/** Returns the error for an aborted signal: its reason if that is a MirrorError, otherwise INTERRUPTED. */
export function abortError(signal: AbortSignal, context: Interrupted, message = "interrupted"): MirrorError {
  const { side, operation, reference } = context;
  if (signal.reason instanceof MirrorError) return signal.reason;
  return new MirrorError(message, { code: "INTERRUPTED", side, operation, reference, cause: signal.reason });
}
