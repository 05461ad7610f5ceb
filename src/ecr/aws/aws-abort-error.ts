import { MirrorError } from "../../errors.ts";

/** Returns the error for an aborted signal: its reason if that is a MirrorError, or INTERRUPTED. */
export function abortError(signal: AbortSignal, subject: { operation: string; reference: string }): MirrorError {
  if (signal.reason instanceof MirrorError) return signal.reason;
  const { operation, reference } = subject;
  return new MirrorError("interrupted", {
    code: "INTERRUPTED",
    side: "target",
    operation,
    reference,
    cause: signal.reason,
  });
}
