import type { ProcessContext } from "../process/process-context.ts";

/** Width of text outside a terminal, in characters: longer lines are hard to read in the log of a CI job. */
const LOG_WIDTH = 160;

/** Returns the width of text on standard output, in characters; undefined if its terminal has no size. */
export function outputWidth({
  isTerminal,
  terminalSize,
}: Pick<ProcessContext, "isTerminal" | "terminalSize">): number | undefined {
  // A terminal of unknown size reports 0 columns.
  return isTerminal ? terminalSize().columns || undefined : LOG_WIDTH;
}

/** Returns the same for standard error. */
export function errorWidth({
  isErrorTerminal,
  terminalSize,
}: Pick<ProcessContext, "isErrorTerminal" | "terminalSize">): number | undefined {
  return isErrorTerminal ? terminalSize().columns || undefined : LOG_WIDTH;
}
