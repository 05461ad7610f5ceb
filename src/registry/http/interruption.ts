import { MirrorError, type Side } from "../../errors.ts";

/** What was being done when it was interrupted. */
export interface Interrupted {
  side: Side;
  operation: string;
  reference: string | undefined;
}

/** What an aborted signal means: its reason where that is a MirrorError, else INTERRUPTED. */
export function interruption(signal: AbortSignal, context: Interrupted, message = "interrupted"): MirrorError {
  const { side, operation, reference } = context;
  if (signal.reason instanceof MirrorError) return signal.reason;
  return new MirrorError(message, { code: "INTERRUPTED", side, operation, reference, cause: signal.reason });
}
