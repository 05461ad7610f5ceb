import { actionsOf, type Plan } from "../../plan/plan.ts";
import type { EventStream } from "../output/event-stream.ts";
import type { Style } from "../render/text/style.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { followAsLines } from "./lines.ts";
import { followAsList } from "./list.ts";
import type { Progress } from "./progress.ts";

/** Shows the progress of an apply: a list that is redrawn on a terminal, otherwise one line per finished action. */
export function followProgress(plan: Plan, events: EventStream, style: Style, context: ProcessContext): Progress {
  const actions = actionsOf(plan);
  if (actions.length === 0) return { end: () => Promise.resolve() };
  const { rows, columns } = context.terminalSize();
  // A terminal without a size, as in some containers, cannot be drawn on.
  return context.isTerminal && rows !== 0 && columns !== 0
    ? followAsList(plan, actions, events, context)
    : followAsLines(plan, actions, events, style, context);
}
