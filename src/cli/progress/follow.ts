import { actionsOf, type Plan } from "../../plan/plan.ts";
import type { EventStream } from "../output/event-stream.ts";
import type { Style } from "../render/text/style.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { followAsLines } from "./lines.ts";
import { followAsList } from "./list.ts";
import type { Progress } from "./progress.ts";

/** Shows the progress of an apply: as a redrawn list on a terminal, otherwise as one line for each finished action. */
export function followProgress(plan: Plan, events: EventStream, style: Style, context: ProcessContext): Progress {
  const actions = actionsOf(plan);
  if (actions.length === 0) return { isRedrawn: false, end: () => Promise.resolve() };
  const { rows, columns } = context.terminalSize();
  // A terminal may have no size, for example in a container without an attached client. Nothing can be drawn there.
  return context.isTerminal && rows !== 0 && columns !== 0
    ? followAsList(plan, actions, events, context)
    : followAsLines(plan, actions, events, style, context);
}
