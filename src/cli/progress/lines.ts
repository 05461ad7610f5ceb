import type { Action } from "../../plan/action.ts";
import type { Plan } from "../../plan/plan.ts";
import type { MirrorEvent } from "../../events.ts";
import type { EventStream } from "../output/event-stream.ts";
import { nameAction } from "../render/report-text.ts";
import type { Style } from "../render/text/style.ts";
import { formatBytes } from "../render/text/units.ts";
import type { ProcessContext } from "../process/process-context.ts";
import type { Progress } from "./progress.ts";
import { waitingText } from "./waiting-text.ts";
import { createWaits, LONG_IN_APPLY } from "./waits.ts";

type Finished = Extract<MirrorEvent, { type: "action.finished" }>;

/** Interval of the lines that show a run is still active. Shorter intervals would flood a build log. */
const HEARTBEAT_MS = 30_000;

/** Shows progress in a log: one line for each finished action, and a heartbeat. */
export function followAsLines(
  plan: Plan,
  actions: readonly Action[],
  events: EventStream,
  style: Style,
  { out, clock }: Pick<ProcessContext, "out" | "clock">,
): Progress {
  const names = new Map(actions.map((action) => [action.id, nameAction(action, plan)]));
  const sent = new Map<string, number>();
  const waits = createWaits(() => clock.monotonic(), LONG_IN_APPLY);
  let finished = 0;
  events.listen((event) => {
    waits.record(event);
    if (event.type === "blob.progress") sent.set(event.action, (sent.get(event.action) ?? 0) + event.bytes);
    if (event.type !== "action.finished") return;
    finished += 1;
    const bytes = sent.get(event.action);
    const size = bytes === undefined ? "" : ` ${formatBytes(bytes)}`;
    out(`${mark(event.outcome, style)} ${names.get(event.action) ?? event.action}${size}\n`);
  });
  const heartbeat = setInterval(() => {
    const total = [...sent.values()].reduce((sum, bytes) => sum + bytes, 0);
    out(`… ${finished} of ${actions.length} finished, ${formatBytes(total)} sent\n`);
    for (const waiting of waits.longest()) out(`  ${waitingText(waiting)}\n`);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    isRedrawn: false,
    end() {
      clearInterval(heartbeat);
      out("\n");
      return Promise.resolve();
    },
  };
}

/** Returns the first column, padded to the longest outcome. */
function mark(outcome: Finished["outcome"], style: Style): string {
  switch (outcome) {
    case "done":
      return style.create("done        ");
    case "already-done":
      return "already done";
    case "postponed":
      return style.change("postponed   ");
    case "failed":
      return style.problem("failed      ");
    case "interrupted":
      return style.problem("interrupted ");
  }
}
