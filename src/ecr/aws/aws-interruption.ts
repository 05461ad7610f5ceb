import { MirrorError } from "../../errors.ts";

/** What the caller's abort looks like: its reason where that is a MirrorError, INTERRUPTED otherwise. */
export function interruption(signal: AbortSignal, what: { operation: string; reference: string }): MirrorError {
  if (signal.reason instanceof MirrorError) return signal.reason;
  const { operation, reference } = what;
  return new MirrorError("interrupted", {
    code: "INTERRUPTED",
    side: "target",
    operation,
    reference,
    cause: signal.reason,
  });
}
