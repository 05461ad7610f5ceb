import type { ProcessContext } from "../process/process-context.ts";

/**
 * Returns whether to use color. `--no-color` and NO_COLOR (no-color.org) turn it off, FORCE_COLOR turns it on; the default
 * is color on a terminal.
 */
export function wantsColor(forbidden: boolean, context: ProcessContext): boolean {
  const { environment, isTerminal } = context;
  if (forbidden || isSet(environment["NO_COLOR"])) return false;
  return isTerminal || isSet(environment["FORCE_COLOR"]);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
