import type { AllowanceReading, Emit } from "../events.ts";
import { DOCKER_HUB } from "../oci/reference.ts";

/** What was heard of pull allowances in this run. */
export interface Allowances {
  listener: Emit;
  /** Whether a registry counts pulls. Only Docker Hub is known to. */
  has(registry: string): boolean;
  /** The lowest reading of a registry in this run. */
  reading(registry: string): AllowanceReading | undefined;
  /** Counted requests sent in this run. */
  spent(registry: string): number;
}

export function createAllowances(): Allowances {
  const readings = new Map<string, AllowanceReading>();
  const spent = new Map<string, number>();
  return {
    listener(event) {
      if (event.type === "quota.reading")
        readings.set(event.registry, lower(readings.get(event.registry), event.reading));
      if (event.type === "pull.spent") spent.set(event.registry, (spent.get(event.registry) ?? 0) + 1);
    },
    has: (registry) => registry === DOCKER_HUB,
    reading: (registry) => readings.get(registry),
    spent: (registry) => spent.get(registry) ?? 0,
  };
}

/** Answers overtake each other: the last to arrive may be an old one, and would show more than is left. */
function lower(known: AllowanceReading | undefined, heard: AllowanceReading): AllowanceReading {
  return known !== undefined && known.limit === heard.limit && known.remaining < heard.remaining ? known : heard;
}
