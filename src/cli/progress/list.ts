import { Listr, type ListrTask } from "listr2";

import type { Action } from "../../plan/action.ts";
import type { Plan } from "../../plan/plan.ts";
import type { MirrorEvent } from "../../events.ts";
import type { EventStream } from "../events.ts";
import { nameAction } from "../render/report-text.ts";
import { formatBytes } from "../render/units.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Progress } from "./progress.ts";

type Finished = Extract<MirrorEvent, { type: "action.finished" }>;

/** For terminals: listr2's list, one task an action. The tasks do nothing but wait for what the events tell of it. */
export function followAsList(
  plan: Plan,
  actions: readonly Action[],
  events: EventStream,
  { out }: Pick<Surroundings, "out">,
): Progress {
  const waits = new Map(actions.map((action) => [action.id, Promise.withResolvers<Finished | undefined>()]));
  const sent = new Map<string, number>();
  const titles = new Map<string, (bytes: number) => void>();
  events.listen((event) => {
    if (event.type === "action.finished") waits.get(event.action)?.resolve(event);
    if (event.type !== "blob.progress") return;
    const bytes = (sent.get(event.action) ?? 0) + event.bytes;
    sent.set(event.action, bytes);
    titles.get(event.action)?.(bytes);
  });
  const list = new Listr(
    actions.map((action): ListrTask => {
      const name = nameAction(action, plan);
      return {
        title: name,
        async task(_context, task) {
          titles.set(action.id, (bytes) => (task.title = `${name}  ${formatBytes(bytes)}`));
          const event = await waits.get(action.id)?.promise;
          if (event === undefined) return task.skip("not begun");
          if (event.outcome === "already-done") return task.skip("was there already");
          if (event.outcome === "postponed") return task.skip("later: the pull allowance does not reach");
          if (event.outcome !== "done") throw new Error(event.error?.code ?? event.outcome);
        },
      };
    }),
    // The signals are ours: listr2's own handler would end the process with 127 before the report is written.
    { concurrent: true, exitOnError: false, registerSignalListeners: false, rendererOptions: { collapseErrors: true } },
  );
  const drawn = list.run().catch(() => undefined);
  return {
    async end() {
      for (const wait of waits.values()) wait.resolve(undefined);
      await drawn;
      out("\n");
    },
  };
}
