import type { ProcessContext } from "../process/process-context.ts";

/** Returns whether to use colors: on a terminal or with FORCE_COLOR, but not with `--no-color` or NO_COLOR (no-color.org). */
export function wantsColor(forbidden: boolean, context: ProcessContext): boolean {
  const { environment, isTerminal } = context;
  if (forbidden || isSet(environment["NO_COLOR"])) return false;
  return isTerminal || isSet(environment["FORCE_COLOR"]);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
