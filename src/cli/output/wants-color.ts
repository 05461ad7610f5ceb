import type { ProcessContext } from "../process/process-context.ts";

/** Colours: on a terminal, unless forbidden (`--no-color`) or NO_COLOR (no-color.org) says no; FORCE_COLOR turns them on. */
export function wantsColor(forbidden: boolean, context: ProcessContext): boolean {
  const { environment, isTerminal } = context;
  if (forbidden || isSet(environment["NO_COLOR"])) return false;
  return isTerminal || isSet(environment["FORCE_COLOR"]);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
