import type { Clock } from "../clock.ts";
import type { Environment } from "../environment.ts";

/** What a run needs from its process. Code below `cli` reads no globals. */
export interface RunContext {
  environment: Environment;
  homeDirectory: string;
  clock: Clock;
  random: () => number;
  /** Aborted when the user interrupts the run. */
  signal: AbortSignal;
}
