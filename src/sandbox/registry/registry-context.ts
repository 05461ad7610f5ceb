import type { IncomingMessage } from "node:http";
import type { RegistryPolicy, RegistryRequest } from "./registry-policy.ts";
import type { Store } from "./registry-store.ts";

/** All that a request of the registry protocol is served with. */
export interface RegistryContext {
  store: Store;
  policy: RegistryPolicy;
  request: RegistryRequest;
  /** The request as it came, for its body. */
  incoming: IncomingMessage;
}
