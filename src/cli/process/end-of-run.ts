import { MirrorError, reportOf, type ErrorReport } from "../../errors.ts";
import type { ProcessContext } from "./process-context.ts";

/** The error that ended a run; after a signal that this was what ended it, whatever broke on the way. */
export function endOf(error: unknown, { interruptedBy }: Pick<ProcessContext, "interruptedBy">): ErrorReport {
  return reportOf(interruptedBy() === undefined ? error : interruptedEarly());
}

/** Before an apply has a plan there is no report, and nothing to report. */
function interruptedEarly(): MirrorError {
  return new MirrorError("stopped before anything was changed", {
    code: "INTERRUPTED",
    side: "config",
    operation: "run mirrorform",
  });
}
