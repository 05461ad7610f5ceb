import type { TestContext } from "node:test";
import type { RegistryPolicy } from "../../../src/sandbox/registry/registry-policy.ts";
import { startPlainRegistry, type SandboxRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import { request, type Reply, type Send } from "./http.ts";

export interface Registry extends SandboxRegistry {
  /** Sends a request to a path below `/v2/`, or to a `Location` header from an answer. */
  send(method: string, path: string, options?: Omit<Send, "method">): Promise<Reply>;
}

/** Starts a plain registry. It is closed after the test. */
export async function plainRegistry(t: TestContext, policy: Partial<RegistryPolicy> = {}): Promise<Registry> {
  const registry = await startPlainRegistry({ name: "registry.example.com", policy });
  t.after(() => registry.close());
  return {
    ...registry,
    send: (method, path, options) =>
      request(`${registry.server.url}${path.startsWith("/") ? "" : "/v2/"}${path}`, { method, ...options }),
  };
}
