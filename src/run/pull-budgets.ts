import type { MirrorFile } from "../desired/mirror-file.ts";
import type { ReportedLimit } from "../dockerhub/limit-info.ts";
import { createPullBudget, type PullBudget } from "../dockerhub/pull-budget.ts";
import type { PullLimitReading, Emit, NoReading } from "../events.ts";
import { MirrorError } from "../errors.ts";
import type { Environment } from "../environment.ts";
import { DOCKER_HUB } from "../oci/reference.ts";
import { asksDockerHub, createEndpoints } from "./endpoints.ts";

/** The pull budgets of a run: one for Docker Hub, under whatever names the mirror file uses it. */
export interface PullBudgets {
  listener: Emit;
  /** Returns whether a registry has a pull limit: whether requests to it reach Docker Hub. */
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

/** @param sources the reserve and the endpoint of each, and whether a layout replaces it, which has no pull limit */
export function createPullBudgets(sources: MirrorFile["sources"], environment: Environment): PullBudgets {
  const reserved = sources.get(DOCKER_HUB)?.reserve ?? 0;
  const budget = createPullBudget(reserved);
  const endpoint = createEndpoints(sources, environment);
  const known = new Map<string, boolean>();
  const spent = new Map<string, number>();
  const has = (registry: string): boolean => {
    const found = known.get(registry) ?? isCounted(registry);
    known.set(registry, found);
    return found;
  };
  const isCounted = (registry: string): boolean => {
    if (sources.get(registry)?.layout !== undefined) return false;
    try {
      return asksDockerHub(registry, endpoint);
    } catch (error) {
      // Opening the source reports an invalid endpoint.
      if (error instanceof MirrorError) return false;
      throw error;
    }
  };
  return {
    listener(event) {
      if (event.type === "pull.spent") spent.set(event.registry, (spent.get(event.registry) ?? 0) + 1);
    },
    has,
    reserve: (registry) => (has(registry) ? reserved : 0),
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
