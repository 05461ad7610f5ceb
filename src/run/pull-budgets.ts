import type { MirrorFile } from "../desired/mirror-file.ts";
import type { ReportedLimit } from "../dockerhub/limit-info.ts";
import { createPullBudget, type PullBudget } from "../dockerhub/pull-budget.ts";
import type { PullLimitReading, Emit, NoReading } from "../events.ts";
import { DOCKER_HUB } from "../oci/reference.ts";

/** The pull budgets of a run, one per source with a pull limit. */
export interface PullBudgets {
  listener: Emit;
  /** Returns whether a registry has a pull limit. Only Docker Hub is known to. */
  has(registry: string): boolean;
  /** Undefined for a source without a pull limit. */
  budget(registry: string): PullBudget | undefined;
  /** Returns the reserve of a registry, in pulls. */
  reserve(registry: string): number;
  /** Returns the last reading of a registry's remaining pulls. */
  reading(registry: string): PullLimitReading | undefined;
  /** Returns {@link reading}, or the reason why there is none, for plans and reports. */
  known(registry: string): { reading: PullLimitReading | undefined; noReading?: NoReading };
  /** Returns the most recent information about a registry's limit: {@link PullBudget.reportedLimit}. */
  reportedLimit(registry: string): ReportedLimit | undefined;
  /** Returns the number of pulls that this run has used: the manifests that a registry has served. */
  spent(registry: string): number;
}

/** @param sources the reserve of each, and whether a layout replaces it, which has no pull limit */
export function createPullBudgets(sources: MirrorFile["sources"]): PullBudgets {
  const reserve = (registry: string) => sources.get(registry)?.reserve ?? 0;
  const budget = createPullBudget(reserve(DOCKER_HUB));
  const spent = new Map<string, number>();
  const has = (registry: string) => registry === DOCKER_HUB && sources.get(registry)?.layout === undefined;
  return {
    listener(event) {
      if (event.type === "pull.spent") spent.set(event.registry, (spent.get(event.registry) ?? 0) + 1);
    },
    has,
    reserve,
    budget: (registry) => (has(registry) ? budget : undefined),
    reading: (registry) => (has(registry) ? budget.reading() : undefined),
    known(registry) {
      const reading = has(registry) ? budget.reading() : undefined;
      return reading === undefined ? { reading, noReading: budget.noReading() } : { reading };
    },
    reportedLimit: (registry) => (has(registry) ? budget.reportedLimit() : undefined),
    spent: (registry) => spent.get(registry) ?? 0,
  };
}
