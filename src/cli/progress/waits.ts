import type { Side } from "../../errors.ts";
import type { MirrorEvent } from "../../events.ts";

/** What a run waits for, computed from its events. */
export interface Waits {
  record(event: MirrorEvent): void;
  /** Returns what the run has waited for longest, of each side; nothing of a side where nothing takes long. */
  longest(): Waiting[];
  /** Returns how long the run has waited for a host that has not answered, in milliseconds; 0 if it waits for none. */
  silence(): number;
}

/** A request that has not been answered, one that is sent again after a pause, or pulls that are not available. */
export type Waiting =
  | (HostWait & { kind: "answer" })
  /** `milliseconds` until the request is sent again; `reason` is an error code. */
  | (HostWait & { kind: "retry"; reason: string })
  /** `milliseconds` until the pulls are asked for again. */
  | { kind: "pulls"; registry: string; pulls: number; milliseconds: number };

interface HostWait {
  side: Side;
  host: string;
  /** The name of an AWS operation, or a method and a path. */
  request: string;
  milliseconds: number;
  /** Number of other hosts of this side that the run waits for. */
  others: number;
}

/** Milliseconds after which an unanswered request is worth a line. */
const LONG = 1000;
/** The same for an apply, which has other lines: one that comes and goes would make them jump. */
export const LONG_IN_APPLY = 3000;

type Requested = Pick<HostWait, "side" | "host" | "request">;

/** When each request of a kind was sent that has no answer yet, oldest first. */
type Pending = Requested & { since: number[] };

type Retry = Requested & { until: number; reason: string };

type RequestEvent = Extract<
  MirrorEvent,
  { type: "request.started" | "request.finished" | "request.retried" | "transfer.stalled" | "transfer.resumed" }
>;

/**
 * @param now a clock, in milliseconds
 * @param long milliseconds after which a request takes long
 */
export function createWaits(now: () => number, long = LONG): Waits {
  const pending = new Map<string, Pending>();
  /** The last retry of each host. */
  const retries = new Map<string, Retry>();
  let pulls: { registry: string; pulls: number; until: number } | undefined;

  return {
    record(event) {
      switch (event.type) {
        case "request.started":
          retries.delete(event.host);
          if (event.isStream !== true) begin(event, now());
          return;
        case "request.finished":
        case "transfer.resumed":
          end(event);
          return;
        case "transfer.stalled":
          begin(event, now() - event.milliseconds);
          return;
        case "request.retried":
          retries.set(event.host, {
            ...requestedBy(event),
            until: now() + event.delayMilliseconds,
            reason: event.reason,
          });
          return;
        case "pulls.awaited":
          pulls = { registry: event.registry, pulls: event.pulls, until: now() + event.milliseconds };
          return;
        default:
          return;
      }
    },
    longest() {
      const waits = [...unanswered(), ...paused()];
      const bySide = Map.groupBy(waits, ({ side }) => side);
      const hosts = [...bySide.values()].flatMap((all) => {
        const others = new Set(all.map(({ host }) => host)).size - 1;
        return all.slice(0, 1).map((first) => ({ ...first, others }));
      });
      return [...hosts, ...awaitedPulls()];
    },
    silence: () => unanswered()[0]?.milliseconds ?? 0,
  };

  function begin(event: RequestEvent, since: number): void {
    const key = keyOf(event);
    const known = pending.get(key) ?? { ...requestedBy(event), since: [] };
    known.since.push(since);
    pending.set(key, known);
  }

  /** A stream has no entry unless it stalls, so there may be nothing to end. */
  function end(event: RequestEvent): void {
    const known = pending.get(keyOf(event));
    known?.since.shift();
    if (known?.since.length === 0) pending.delete(keyOf(event));
  }

  /** The longest first. */
  function unanswered() {
    return [...pending.values()]
      .map(({ since: [first = now()], ...request }) => ({
        kind: "answer" as const,
        ...request,
        milliseconds: now() - first,
      }))
      .filter(({ milliseconds }) => milliseconds >= long)
      .toSorted((a, b) => b.milliseconds - a.milliseconds);
  }

  function paused() {
    return [...retries.values()]
      .map(({ until, ...retry }) => ({ kind: "retry" as const, ...retry, milliseconds: until - now() }))
      .filter(({ milliseconds }) => milliseconds > 0)
      .toSorted((a, b) => b.milliseconds - a.milliseconds);
  }

  function awaitedPulls(): Waiting[] {
    if (pulls === undefined || pulls.until <= now()) return [];
    return [{ kind: "pulls", registry: pulls.registry, pulls: pulls.pulls, milliseconds: pulls.until - now() }];
  }
}

function requestedBy({ side, host, method, path }: RequestEvent): Requested {
  // An AWS operation has no slash, unlike the path of a request.
  return { side, host, request: path.startsWith("/") ? `${method} ${path}` : path };
}

function keyOf({ type, method, host, path }: RequestEvent): string {
  return `${type.startsWith("transfer.") ? "transfer" : "request"} ${method} ${host} ${path}`;
}
