import { unknownRegion } from "../../registry/hosts/aws-region.ts";
import { terminalText } from "../../plain-text.ts";
import type { ProcessContext } from "../process/process-context.ts";
import type { EventStream } from "./event-stream.ts";

/** Warns once about each unknown Region that the environment or a profile names. */
export function warnOfRegions(events: EventStream, { err }: Pick<ProcessContext, "err">): void {
  const warned = new Set<string>();
  events.listen((event) => {
    if (event.type !== "region.unknown" || warned.has(event.region)) return;
    warned.add(event.region);
    err(regionWarning(event.region));
  });
}

/** Renders the warning about a Region. Empty for a known one. */
export function regionWarning(region: string): string {
  const unknown = unknownRegion(region);
  return unknown === undefined ? "" : terminalText(`Warning: ${unknown.message}; ${unknown.hint}`) + "\n";
}
