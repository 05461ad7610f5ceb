import type { Dispatcher } from "undici";
import type { Clock } from "../../clock.ts";
import type { Emit } from "../../events.ts";

/** What the ECR side needs from outside. */
export interface EcrContext {
  environment: Readonly<Record<string, string | undefined>>;
  /** Knows proxies and extra CAs. */
  dispatcher: Dispatcher;
  emit: Emit;
  clock: Clock;
  /** From 0 to below 1. */
  random: () => number;
}
