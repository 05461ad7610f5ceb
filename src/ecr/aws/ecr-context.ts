import type { Dispatcher } from "undici";
import type { Hosts } from "../../registry/hosts/host-limits.ts";
import type { Clock } from "../../clock.ts";
import type { Emit } from "../../events.ts";
import type { EcrRateLimits } from "./rate-limits.ts";

/** External dependencies of the ECR client. */
export interface EcrContext {
  environment: Readonly<Record<string, string | undefined>>;
  /** Configured with proxies and extra CAs. */
  dispatcher: Dispatcher;
  emit: Emit;
  clock: Clock;
  /** Which hosts are down, shared with the registry clients. Default: not recorded. */
  hosts?: Pick<Hosts, "breaker">;
  /** At least 0, below 1. */
  random: () => number;
  /** Shared by the clients of a run. Default: the client's own. */
  rateLimits?: EcrRateLimits;
}
