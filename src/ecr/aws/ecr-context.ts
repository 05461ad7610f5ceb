import type { Dispatcher } from "undici";
import type { Clock } from "../../clock.ts";
import type { Emit } from "../../events.ts";

/** External dependencies of the ECR client. */
export interface EcrContext {
  environment: Readonly<Record<string, string | undefined>>;
  /** Configured with proxies and extra CAs. */
  dispatcher: Dispatcher;
  emit: Emit;
  clock: Clock;
  /** At least 0, below 1. */
  random: () => number;
}
