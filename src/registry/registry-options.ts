import type { Dispatcher } from "undici";
import type { Clock } from "../clock.ts";
import type { Emit } from "../events.ts";
import type { Credentials } from "./auth/credentials.ts";
import type { RegistryKind } from "./hosts/registry-kind.ts";
import type { Operation } from "./errors/operation.ts";
import type { RateLimiter } from "./hosts/rate-limiter.ts";
import type { Headers } from "./http/headers.ts";
import { type Hosts } from "./hosts/host-limits.ts";

/** Options of a registry client. */
export interface RegistryOptions {
  /** The canonical name, for errors: `docker.io`, `ghcr.io`, `127.0.0.1:5000`. */
  name: string;
  /** `scheme://host[:port]`. The scheme selects TLS. Credentials are looked up for this host. */
  endpoint: URL;
  side: "source" | "target";
  credentials: Credentials;
  dispatcher: Dispatcher;
  /** Receives `request.started`, `request.finished` and `request.retried`. */
  emit: Emit;
  clock: Clock;
  /** Returns a number from 0 to below 1. */
  random: () => number;
  /** Limits and pauses of hosts, to share between clients. Defaults to the client's own. */
  hosts?: Hosts;
  /**
   * Called before each request to the registry, including retries. The function that it returns is called with the
   * response, or with undefined if there is none. Pull limits are tracked here.
   */
  track?: (request: {
    method: string;
    path: string;
    isManifest: boolean;
  }) => (answer: TrackedAnswer | undefined) => void;
  /** Reserves the pull of a manifest that is read without a `beforeSend` of its own. For targets that count pulls. */
  reservePull?: ((signal: AbortSignal | undefined) => Promise<PullReservation>) | undefined;
  /**
   * Returns the limiter whose turn each request of an operation takes. A 429 then slows the operation down, and other
   * requests to the host do not wait.
   */
  rateLimiter?: ((operation: Operation) => RateLimiter) | undefined;
  /** Whether a 429 means that the pull limit is reached: PULL_LIMIT, which is not retried. */
  isPullLimit?: (response: { status: number; headers: Headers; body: string }) => boolean;
  /** Redacts text from the registry. */
  redact?: (text: string) => string;
  /** Selects the hints of errors. Derived from `name` by default. */
  registryKind?: RegistryKind;
}

/** A reserved pull. */
export interface PullReservation {
  /** Called before each request, including retries; an error that it throws ends the attempt. */
  beforeSend(this: void): void;
  /** Releases what was not used. Must be called. */
  end(this: void): void;
}

/** The parts of a response that pull limits depend on. */
export interface TrackedAnswer {
  status: number;
  headers: Headers;
  /** Whether the response reports that the pull limit is reached. */
  isPullLimit: boolean;
}
