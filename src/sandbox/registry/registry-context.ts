import type { IncomingMessage } from "node:http";
import type { RegistryPolicy, RegistryRequest } from "./registry-policy.ts";
import type { Store } from "./registry-store.ts";

/** The context of a registry request. */
export interface RegistryContext {
  store: Store;
  policy: RegistryPolicy;
  request: RegistryRequest;
  /** The underlying HTTP request, to read its body. */
  incoming: IncomingMessage;
}
