import type { Clock } from "../clock.ts";
import type { AllowanceReading, Emit } from "../events.ts";
import { DOCKER_HUB } from "../oci/reference.ts";

/** What was heard of pull allowances in this run. */
export interface Allowances {
  listener: Emit;
  /** Whether a registry counts pulls. Only Docker Hub is known to. */
  has(registry: string): boolean;
  /** How much a registry last said is left. */
  reading(registry: string): AllowanceReading | undefined;
  /** Counted requests sent in this run. */
  spent(registry: string): number;
}

/** Within this time an answer may have overtaken another; a higher number later means that the window moved on. */
const OVERTAKING_MS = 5_000;

export function createAllowances(clock: Clock): Allowances {
  const readings = new Map<string, { reading: AllowanceReading; at: number }>();
  const spent = new Map<string, number>();
  return {
    listener(event) {
      if (event.type === "pull.spent") spent.set(event.registry, (spent.get(event.registry) ?? 0) + 1);
      if (event.type !== "quota.reading") return;
      const { registry, reading } = event;
      const at = clock.now();
      const known = readings.get(registry);
      const overtaken = known !== undefined && at - known.at < OVERTAKING_MS && isLower(known.reading, reading);
      if (!overtaken) readings.set(registry, { reading, at });
    },
    has: (registry) => registry === DOCKER_HUB,
    reading: (registry) => readings.get(registry)?.reading,
    spent: (registry) => spent.get(registry) ?? 0,
  };
}

function isLower(a: AllowanceReading, b: AllowanceReading): boolean {
  return a.limit === b.limit && a.remaining < b.remaining;
}
