import type { PullLimitReading, MirrorEvent } from "../../events.ts";
import type { Action } from "../../plan/action.ts";
import { createWaits, LONG_IN_APPLY, type Waiting } from "./waits.ts";

type Finished = Extract<MirrorEvent, { type: "action.finished" }>;

/** The progress of one action. */
export interface ActionProgress {
  state: "waiting" | "running" | Finished["outcome"];
  /** Bytes of blobs sent to the target. */
  bytes: number;
  /** When the action started, in milliseconds after the start of the tally; undefined if it has not started. */
  started: number | undefined;
  /** The error code of a failed action. */
  code: string | undefined;
}

/** The progress of an apply, computed from its events. */
export interface Tally {
  record(event: MirrorEvent): void;
  of(action: Action): Readonly<ActionProgress>;
  count(...states: ActionProgress["state"][]): number;
  bytes(): number;
  /** Returns bytes per second over the last few seconds. */
  rate(): number;
  /** Returns milliseconds since the start of the tally. */
  elapsed(): number;
  /** Whether the run advances: nothing is silent for long, and bytes or finished actions arrive as often as before. */
  isAdvancing(): boolean;
  /** Returns what the run waits for. */
  waiting(): Waiting[];
  /** Returns the latest reading of each source with a pull limit. */
  readings(): ReadonlyMap<string, PullLimitReading>;
}

/** Period of the rate in milliseconds. A shorter one makes the rate jump, a longer one makes it lag. */
const RATE_WINDOW = 5000;

/** Milliseconds of silence after which nothing is known about when a run ends ... */
const QUIET = 5000;
/** ... unless actions take longer than that anyway: how many times the average interval of their ends. */
const QUIET_INTERVALS = 3;

/** Creates a tally of the actions. @param now a monotonic clock, in milliseconds */
export function createTally(actions: readonly Action[], now: () => number): Tally {
  const startedAt = now();
  const progressById = new Map<string, ActionProgress>(
    actions.map(({ id }) => [id, { state: "waiting", bytes: 0, started: undefined, code: undefined }]),
  );
  const readings = new Map<string, PullLimitReading>();
  const waits = createWaits(now, LONG_IN_APPLY);
  let finished = 0;
  let advancedAt = startedAt;
  let sent = 0;
  let recent: { at: number; bytes: number }[] = [];
  return {
    record(event) {
      waits.record(event);
      switch (event.type) {
        case "quota.reading":
          readings.set(event.registry, event.reading);
          return;
        case "action.started": {
          const progress = progressById.get(event.action);
          if (progress === undefined) return;
          progress.state = "running";
          progress.started = now() - startedAt;
          return;
        }
        case "blob.progress": {
          const progress = progressById.get(event.action);
          if (progress === undefined) return;
          progress.bytes += event.bytes;
          sent += event.bytes;
          advancedAt = now();
          recent = [...recent.filter(({ at }) => at > now() - RATE_WINDOW), { at: now(), bytes: event.bytes }];
          return;
        }
        case "action.finished": {
          const progress = progressById.get(event.action);
          if (progress === undefined) return;
          progress.state = event.outcome;
          progress.code = event.error?.code;
          finished += 1;
          advancedAt = now();
          return;
        }
        case "request.started":
        case "request.finished":
        case "request.retried":
        case "transfer.stalled":
        case "transfer.resumed":
        case "pulls.awaited":
        case "plan.progress":
        case "region.unknown":
        case "pull.spent":
          return;
      }
    },
    of: ({ id }) => progressById.get(id) ?? { state: "waiting", bytes: 0, started: undefined, code: undefined },
    count: (...states) => [...progressById.values()].filter(({ state }) => states.includes(state)).length,
    bytes: () => sent,
    rate() {
      const since = Math.max(startedAt, now() - RATE_WINDOW);
      const bytes = recent.reduce((sum, each) => (each.at >= since ? sum + each.bytes : sum), 0);
      return now() > since ? (bytes * 1000) / (now() - since) : 0;
    },
    elapsed: () => now() - startedAt,
    isAdvancing() {
      const interval = (advancedAt - startedAt) / Math.max(1, finished);
      return waits.silence() < QUIET && now() - advancedAt < Math.max(QUIET, QUIET_INTERVALS * interval);
    },
    waiting: () => waits.longest(),
    readings: () => readings,
  };
}
