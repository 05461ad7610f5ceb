import type { Clock } from "../clock.ts";
import { MirrorError, reportOf, shortReport, type ErrorReport } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { Action } from "../plan/action.ts";
import type { Outcome } from "./report.ts";

/** The measurements of one action. */
export interface Meter {
  bytes: number;
  pulls: number;
  /** What was skipped without failing the action. */
  warnings?: ErrorReport[];
}

/** Records what an action skipped without failing. */
export function addWarning(meter: Meter, warning: ErrorReport): void {
  meter.warnings = [...(meter.warnings ?? []), shortReport(warning)];
}

export interface RunContext {
  emit: Emit;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Runs one action. Never rejects: an error becomes the outcome.
 * @param uri the mirrored URI, for images
 * @param work resolves to whether anything was written; false where the target was as declared already
 */
export async function runAction(
  action: Action,
  uri: string | undefined,
  context: RunContext,
  work: (meter: Meter) => Promise<boolean>,
): Promise<Outcome> {
  const { clock, emit, signal } = context;
  const meter: Meter = { bytes: 0, pulls: 0 };
  const start = clock.monotonic();
  const outcome = (result: Outcome["result"], error?: Outcome["error"]): Outcome => {
    return { action, result, uri, ...meter, milliseconds: Math.round(clock.monotonic() - start), error };
  };
  if (signal.aborted) return outcome("not-started");
  emit({ type: "action.started", action: action.id });
  const ended = await attempt(work, meter, signal);
  const error = ended.error === undefined ? undefined : reportOf(ended.error);
  emit({
    type: "action.finished",
    action: action.id,
    outcome: ended.result,
    ...(error === undefined ? {} : { error }),
  });
  return outcome(ended.result, error);
}

async function attempt(
  work: (meter: Meter) => Promise<boolean>,
  meter: Meter,
  signal: AbortSignal,
): Promise<{ result: "done" | "already-done" | "postponed" | "interrupted" | "failed"; error?: unknown }> {
  try {
    return { result: (await work(meter)) ? "done" : "already-done" };
  } catch (error) {
    if (signal.aborted) return { result: "interrupted" };
    const isPostponed = error instanceof MirrorError && error.code === "PULL_LIMIT";
    return { result: isPostponed ? "postponed" : "failed", error: error ?? new Error("no error was given") };
  }
}
