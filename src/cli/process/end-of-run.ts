import { MirrorError, reportOf, type ErrorReport } from "../../errors.ts";
import type { ProcessContext } from "./process-context.ts";

/** Returns the error that ended a run. After a signal, it is the interrupt, whatever else failed. */
export function endOf(error: unknown, { interruptedBy }: Pick<ProcessContext, "interruptedBy">): ErrorReport {
  return reportOf(interruptedBy() === undefined ? error : interruptedEarly());
}

/** Returns the error for an interrupt before an apply has a plan: there is nothing to report yet. */
function interruptedEarly(): MirrorError {
  return new MirrorError("interrupted before anything was changed", {
    code: "INTERRUPTED",
    side: "config",
    operation: "run mirrorform",
  });
}
