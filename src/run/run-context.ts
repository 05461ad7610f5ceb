import type { Clock } from "../clock.ts";
import type { Environment } from "../environment.ts";

/** What a run takes from the process it runs in. Nothing below `cli` reads a global. */
export interface RunContext {
  environment: Environment;
  homeDirectory: string;
  clock: Clock;
  random: () => number;
  /** Aborted when the user interrupts the run. */
  signal: AbortSignal;
}
