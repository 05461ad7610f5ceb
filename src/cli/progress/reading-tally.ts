import type { MirrorEvent, PlanStep } from "../../events.ts";

/** What a run is reading, computed from its events. */
export interface ReadingTally {
  record(event: MirrorEvent): void;
  /** Returns the steps with something left to read, in the order in which they began. */
  steps(): { step: PlanStep; done: number; total: number }[];
  /** Returns what the run has waited for longest; undefined if nothing takes long. */
  waiting(): Waiting | undefined;
}

/** A request that has not been answered, or one that is sent again after a pause. */
export type Waiting = {
  host: string;
  /** The name of an AWS operation, or a method and a path. */
  request: string;
  /** Number of other hosts that the run waits for. */
  others: number;
} & (
  | { kind: "answer"; milliseconds: number }
  /** `milliseconds` until the request is sent again; `reason` is an error code. */
  | { kind: "retry"; milliseconds: number; reason: string }
);

/** Milliseconds after which an unanswered request is worth a line. */
const LONG = 1000;

interface Pending {
  host: string;
  request: string;
  /** When each request of this kind was sent that has no answer yet, oldest first. */
  since: number[];
}

interface Retry {
  host: string;
  request: string;
  until: number;
  reason: string;
}

/** @param now a clock, in milliseconds */
export function createReadingTally(now: () => number): ReadingTally {
  const steps = new Map<PlanStep, { done: number; total: number }>();
  const pending = new Map<string, Pending>();
  /** The last retry of each host. */
  const retries = new Map<string, Retry>();

  return {
    record(event) {
      switch (event.type) {
        case "plan.progress":
          steps.set(event.step, { done: event.done, total: event.total });
          return;
        case "request.started": {
          retries.delete(event.host);
          const key = keyOf(event);
          const known = pending.get(key) ?? { host: event.host, request: requestOf(event), since: [] };
          known.since.push(now());
          pending.set(key, known);
          return;
        }
        case "request.finished": {
          const known = pending.get(keyOf(event));
          known?.since.shift();
          if (known?.since.length === 0) pending.delete(keyOf(event));
          return;
        }
        case "request.retried": {
          const { host, delayMilliseconds, reason } = event;
          retries.set(host, { host, request: requestOf(event), until: now() + delayMilliseconds, reason });
          return;
        }
        default:
          return;
      }
    },
    steps: () => [...steps].map(([step, counts]) => ({ step, ...counts })).filter(({ done, total }) => done < total),
    waiting() {
      const unanswered = [...pending.values()]
        .map(({ host, request, since: [first = now()] }) => ({ host, request, milliseconds: now() - first }))
        .filter(({ milliseconds }) => milliseconds >= LONG)
        .toSorted((a, b) => b.milliseconds - a.milliseconds);
      const paused = [...retries.values()]
        .map(({ until, ...retry }) => ({ ...retry, milliseconds: until - now() }))
        .filter(({ milliseconds }) => milliseconds > 0)
        .toSorted((a, b) => b.milliseconds - a.milliseconds);
      const others = new Set([...unanswered, ...paused].map(({ host }) => host)).size - 1;
      const [longest] = unanswered;
      if (longest !== undefined) return { kind: "answer", ...longest, others };
      const [retry] = paused;
      return retry && { kind: "retry", ...retry, others };
    },
  };
}

type RequestEvent = Extract<MirrorEvent, { type: "request.started" | "request.finished" | "request.retried" }>;

function keyOf({ method, host, path }: RequestEvent): string {
  return `${method} ${host} ${path}`;
}

/** An AWS operation has no slash, unlike the path of a request. */
function requestOf({ method, path }: RequestEvent): string {
  return path.startsWith("/") ? `${method} ${path}` : path;
}
