import { actionsOf, type Plan } from "../../plan/plan.ts";
import type { EventStream } from "../events.ts";
import type { Style } from "../render/style.ts";
import type { Surroundings } from "../surroundings.ts";
import { followAsLines } from "./lines.ts";
import { followAsList } from "./list.ts";
import type { Progress } from "./progress.ts";

/** Shows an apply while it runs: a list that is redrawn on a terminal, else a line for each finished action. */
export function followProgress(plan: Plan, events: EventStream, style: Style, surroundings: Surroundings): Progress {
  const actions = actionsOf(plan);
  if (actions.length === 0) return { end: () => Promise.resolve() };
  return surroundings.isTerminal
    ? followAsList(plan, actions, events, surroundings)
    : followAsLines(plan, actions, events, style, surroundings);
}
