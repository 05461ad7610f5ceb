import pLimit from "p-limit";
import { createDownloadLimit, type DownloadLimit } from "./download-limit.ts";
import { createHostBreaker, type HostBreaker } from "./host-breaker.ts";
import type { Pause } from "./pause.ts";
import { DEFAULT_CONCURRENCY, DEFAULT_DOWNLOADS } from "../limits.ts";

/** The concurrency limits of a host. Blobs have their own limit, so that they do not delay small requests. */
export interface HostLimits {
  limitRequests: <T>(task: () => Promise<T>) => Promise<T>;
  limitDownloads: DownloadLimit;
}

/** State per host, shared by its clients: a registry may be both source and target, or several targets. */
export interface Hosts {
  /** @param host with its port, as in `URL.host` */
  limitsOf(host: string): HostLimits;
  /** Pauses by host. */
  pauses: Map<string, Pause>;
  /** Which hosts are down. */
  breaker: HostBreaker;
}

/** @param concurrencyOf the limit of small requests, and of blobs, for a host; undefined for the defaults */
export function createHosts(concurrencyOf: (host: string) => number | undefined = () => undefined): Hosts {
  const limits = new Map<string, HostLimits>();
  return {
    pauses: new Map(),
    breaker: createHostBreaker(),
    limitsOf(host) {
      const existing = limits.get(host);
      if (existing !== undefined) return existing;
      const concurrency = concurrencyOf(host);
      const limit = pLimit(concurrency ?? DEFAULT_CONCURRENCY);
      const created: HostLimits = {
        limitRequests: (task) => limit(task),
        limitDownloads: createDownloadLimit(concurrency ?? DEFAULT_DOWNLOADS),
      };
      limits.set(host, created);
      return created;
    },
  };
}
