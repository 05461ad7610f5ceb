import type { Emit, PlanStep } from "../events.ts";

/** Counts what is read for a plan, and announces it in events. */
export interface PlanSteps {
  /** Announces work of a step before it is done. @returns a function to call after each part, at most `count` times */
  begin(step: PlanStep, count: number): () => void;
  /** Announces one part of a step before `work`, and its end afterwards, whether or not it succeeds. */
  during<T>(step: PlanStep, work: () => Promise<T>): Promise<T>;
}

export function createPlanSteps(emit: Emit): PlanSteps {
  const counts = new Map<PlanStep, { done: number; total: number }>();
  const begin: PlanSteps["begin"] = (step, count) => {
    const counted = counts.get(step) ?? { done: 0, total: 0 };
    counts.set(step, counted);
    const announce = () => emit({ type: "plan.progress", step, ...counted });
    counted.total += count;
    if (count > 0) announce();
    return () => {
      counted.done += 1;
      announce();
    };
  };
  return {
    begin,
    async during(step, work) {
      const end = begin(step, 1);
      try {
        return await work();
      } finally {
        end();
      }
    },
  };
}
