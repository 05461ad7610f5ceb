import type { Dispatcher } from "undici";
import type { Clock } from "../clock.ts";
import type { Emit } from "../events.ts";
import type { Credentials } from "./auth/credentials.ts";
import type { RegistryKind } from "./hosts/registry-kind.ts";
import type { Headers } from "./http/headers.ts";
import { type Hosts } from "./hosts/host-limits.ts";

/** What a registry client is made of. */
export interface RegistryOptions {
  /** The canonical name, as errors say it: `docker.io`, `ghcr.io`, `127.0.0.1:5000`. */
  name: string;
  /** `scheme://host[:port]`; the scheme decides about TLS. Credentials are looked up for this host. */
  endpoint: URL;
  side: "source" | "target";
  credentials: Credentials;
  dispatcher: Dispatcher;
  /** Gets `request.finished` and `request.retried`. */
  emit: Emit;
  clock: Clock;
  /** At least 0, below 1. */
  random: () => number;
  /** The limits and pauses of hosts, for clients that share them; its own where missing. */
  hosts?: Hosts;
  /**
   * Told of every request to the registry itself before it is sent, the repeated ones too; what it returns is told of
   * the answer, undefined where none came. An allowance is kept here.
   */
  track?: (request: {
    method: string;
    path: string;
    isManifest: boolean;
  }) => (answer: TrackedAnswer | undefined) => void;
  /** Tells a 429 that waiting a little does not help: PULL_LIMIT, not repeated. */
  isPullLimit?: (response: { status: number; headers: Headers; body: string }) => boolean;
  /** Takes out of a registry's words what must not be shown. */
  redact?: (text: string) => string;
  /** Milliseconds that an upload may make no progress; UPLOAD_IDLE_TIMEOUT where missing. */
  uploadIdle?: number;
  /** Whose hints fit; by `name` where missing. */
  registryKind?: RegistryKind;
}

/** An answer of a registry, as far as an allowance is concerned. */
export interface TrackedAnswer {
  status: number;
  headers: Headers;
  /** Whether it refuses because the allowance is spent. */
  isPullLimit: boolean;
}
