import type { PullLimitReading, MirrorEvent } from "../../events.ts";
import type { Action } from "../../plan/action.ts";

type Finished = Extract<MirrorEvent, { type: "action.finished" }>;

/** Where one action stands. */
export interface Standing {
  state: "waiting" | "running" | Finished["outcome"];
  /** Bytes of blobs sent to its target. */
  bytes: number;
  /** Milliseconds after the tally was begun; undefined before it began itself. */
  begun: number | undefined;
  /** The error's code, where it failed. */
  code: string | undefined;
}

/** What the events of an apply add up to. */
export interface Tally {
  take(event: MirrorEvent): void;
  of(action: Action): Readonly<Standing>;
  count(...states: Standing["state"][]): number;
  bytes(): number;
  /** Bytes a second, of the last seconds. */
  rate(): number;
  /** Milliseconds since the tally was begun. */
  elapsed(): number;
  /** The last reading of each source with an allowance. */
  readings(): ReadonlyMap<string, PullLimitReading>;
}

/** A rate is that of so long: shorter it jumps, longer it lies about now. Milliseconds. */
const RATE_WINDOW = 5000;

/** Adds up what the events tell. @param now milliseconds of a clock that does not go back */
export function createTally(actions: readonly Action[], now: () => number): Tally {
  const begun = now();
  const standings = new Map<string, Standing>(
    actions.map(({ id }) => [id, { state: "waiting", bytes: 0, begun: undefined, code: undefined }]),
  );
  const readings = new Map<string, PullLimitReading>();
  let sent = 0;
  let recent: { at: number; bytes: number }[] = [];
  return {
    take(event) {
      switch (event.type) {
        case "quota.reading":
          readings.set(event.registry, event.reading);
          return;
        case "action.started": {
          const standing = standings.get(event.action);
          if (standing === undefined) return;
          standing.state = "running";
          standing.begun = now() - begun;
          return;
        }
        case "blob.progress": {
          const standing = standings.get(event.action);
          if (standing === undefined) return;
          standing.bytes += event.bytes;
          sent += event.bytes;
          recent = [...recent.filter(({ at }) => at > now() - RATE_WINDOW), { at: now(), bytes: event.bytes }];
          return;
        }
        case "action.finished": {
          const standing = standings.get(event.action);
          if (standing === undefined) return;
          standing.state = event.outcome;
          standing.code = event.error?.code;
          return;
        }
        case "request.finished":
        case "request.retried":
        case "pull.spent":
          return;
      }
    },
    of: ({ id }) => standings.get(id) ?? { state: "waiting", bytes: 0, begun: undefined, code: undefined },
    count: (...states) => [...standings.values()].filter(({ state }) => states.includes(state)).length,
    bytes: () => sent,
    rate() {
      const since = Math.max(begun, now() - RATE_WINDOW);
      const bytes = recent.reduce((sum, each) => (each.at >= since ? sum + each.bytes : sum), 0);
      return now() > since ? (bytes * 1000) / (now() - since) : 0;
    },
    elapsed: () => now() - begun,
    readings: () => readings,
  };
}
