import { MirrorError, reportOf, type ErrorReport } from "../../errors.ts";
import type { ProcessContext } from "./process-context.ts";

/**
 * Returns the error that ended a run. After a signal, it is the interrupt, whatever else failed.
 * @param command name of the command that was running; undefined if the command line names none
 */
export function endOf(
  error: unknown,
  command: string | undefined,
  { interruptedBy }: Pick<ProcessContext, "interruptedBy">,
): ErrorReport {
  return reportOf(interruptedBy() === undefined ? error : interruptedEarly(command));
}

/** Returns the error for an interrupt of a command that has nothing to report yet. */
function interruptedEarly(command: string | undefined): MirrorError {
  return new MirrorError(WRITING.has(command ?? "") ? "interrupted before anything was changed" : "interrupted", {
    code: "INTERRUPTED",
    side: "config",
    operation: command === undefined ? "run mirrorform" : `run mirrorform ${command}`,
    hint: command === undefined ? undefined : `rerun mirrorform ${command}`,
  });
}

/** Commands that change something at the end, which an interrupt prevents. */
const WRITING: ReadonlySet<string> = new Set(["apply", "lock", "init"]);
