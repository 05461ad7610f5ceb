import type { MirrorEvent, PlanStep } from "../../events.ts";
import { createWaits, type Waiting } from "./waits.ts";

/** What a run is reading, computed from its events. */
export interface ReadingTally {
  record(event: MirrorEvent): void;
  /** Returns the steps with something left to read, in the order in which they began. */
  steps(): { step: PlanStep; done: number; total: number }[];
  /** Returns what the run waits for. */
  waiting(): Waiting[];
}

/** @param now a clock, in milliseconds */
export function createReadingTally(now: () => number): ReadingTally {
  const steps = new Map<PlanStep, { done: number; total: number }>();
  const waits = createWaits(now);
  return {
    record(event) {
      waits.record(event);
      if (event.type === "plan.progress") steps.set(event.step, { done: event.done, total: event.total });
    },
    steps: () => [...steps].map(([step, counts]) => ({ step, ...counts })).filter(({ done, total }) => done < total),
    waiting: () => waits.longest(),
  };
}
