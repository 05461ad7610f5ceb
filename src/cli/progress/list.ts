import { DefaultRenderer, Listr, Spinner } from "listr2";

import type { MirrorEvent } from "../../events.ts";
import type { Action } from "../../plan/action.ts";
import type { Plan } from "../../plan/plan.ts";
import type { EventStream } from "../output/event-stream.ts";
import { nameAction } from "../render/report-text.ts";
import type { ProcessContext } from "../process/process-context.ts";
import type { Progress } from "./progress.ts";
import { drawScreen } from "./screen.ts";
import { createSteadyEstimate } from "./time-left.ts";
import { createTally } from "./tally.ts";

type Finished = Extract<MirrorEvent, { type: "action.finished" }>;

/** Size of a terminal whose size is unknown. */
const DEFAULT_ROWS = 24;
const DEFAULT_COLUMNS = 80;

/**
 * Shows progress on a terminal with listr2, as one task for each action that waits for the action's events. listr2
 * redraws the screen, but its own list would be as long as the plan, so a custom renderer draws the content.
 */
export function followAsList(
  plan: Plan,
  actions: readonly Action[],
  events: EventStream,
  {
    out,
    clock,
    terminalSize,
    interruptNotice,
  }: Pick<ProcessContext, "out" | "clock" | "terminalSize" | "interruptNotice">,
): Progress {
  const tally = createTally(actions, () => clock.monotonic());
  const pending = new Map(actions.map((action) => [action.id, Promise.withResolvers<Finished | undefined>()]));
  events.listen((event) => {
    tally.record(event);
    if (event.type === "action.finished") pending.get(event.action)?.resolve(event);
  });
  const spinner = new Spinner();
  const steady = createSteadyEstimate(() => clock.monotonic());
  // listr2 holds back what is written to the standard streams until it ends, so the notice is part of the screen.
  let notice: string | undefined;
  const restoreNotice = interruptNotice.redirect((text) => void (notice = text.trim()));
  const name = (action: Action): string => nameAction(action, plan);
  const draw = (): string => {
    const size = terminalSize();
    // A terminal of unknown size reports 0.
    const [rows, columns] = [size.rows || DEFAULT_ROWS, size.columns || DEFAULT_COLUMNS];
    return drawScreen(actions, tally, { name, rows, columns, spinner: spinner.fetch(), steady, notice });
  };
  class Renderer extends DefaultRenderer {
    override create(): string {
      return draw();
    }
  }
  const list = new Listr(
    actions.map((action) => ({
      title: name(action),
      task: async () => {
        const event = await pending.get(action.id)?.promise;
        if (event?.outcome === "failed") throw new Error(event.error?.code ?? event.outcome);
      },
    })),
    {
      renderer: Renderer,
      rendererOptions: { spinner },
      concurrent: true,
      exitOnError: false,
      // listr2's handler would end the process with 127 before the report is written.
      registerSignalListeners: false,
    },
  );
  const drawn = list.run().catch(() => undefined);
  return {
    isRedrawn: true,
    async end() {
      for (const each of pending.values()) each.resolve(undefined);
      await drawn;
      restoreNotice();
      out("\n");
    },
  };
}
