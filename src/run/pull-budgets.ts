import type { MirrorFile } from "../desired/mirror-file.ts";
import type { ReportedLimit } from "../dockerhub/limit-info.ts";
import { createPullBudget, type PullBudget } from "../dockerhub/pull-budget.ts";
import type { PullLimitReading, Emit, NoReading } from "../events.ts";
import { DOCKER_HUB } from "../oci/reference.ts";

/** The pull budgets of a run: one for each source that counts pulls. */
export interface PullBudgets {
  listener: Emit;
  /** Whether a registry counts pulls. Only Docker Hub is known to. */
  has(registry: string): boolean;
  /** Undefined for a source that counts nothing. */
  budget(registry: string): PullBudget | undefined;
  /** Pulls that are always left for others. */
  reserve(registry: string): number;
  /** How much a registry last said is left. */
  reading(registry: string): PullLimitReading | undefined;
  /** {@link reading}, or why there is none: as plans and reports hold it. */
  known(registry: string): { reading: PullLimitReading | undefined; noReading?: NoReading };
  /** The most that a registry said of a limit: as {@link PullBudget.said}. */
  said(registry: string): ReportedLimit | undefined;
  /** Manifests that a registry served in this run: what it counts. */
  spent(registry: string): number;
}

/** @param sources what the mirror file says of each: its reserve, and whether a layout is read in its place, which counts nothing */
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
    said: (registry) => (has(registry) ? budget.reportedLimit() : undefined),
    spent: (registry) => spent.get(registry) ?? 0,
  };
}
