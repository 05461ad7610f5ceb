import pLimit from "p-limit";
import { createDownloadLimit, type DownloadLimit } from "./download-limit.ts";
import type { Pause } from "./pause.ts";
import { DEFAULT_CONCURRENCY, DEFAULT_DOWNLOADS } from "../limits.ts";

/** How much is asked of a host at a time. Blobs have places apart from the small requests, which would starve behind them. */
export interface HostLimits {
  limitRequests: <T>(task: () => Promise<T>) => Promise<T>;
  limitDownloads: DownloadLimit;
}

/** What belongs to a host, not to a client of it: a registry may be a source and a target, or several targets. */
export interface Hosts {
  /** @param host with its port, where that is not the scheme's own: as in a URL */
  limitsOf(host: string): HostLimits;
  /** Hosts that asked for time. */
  pauses: Map<string, Pause>;
}

/** @param concurrencyOf small requests to a host at a time, and blobs read there at a time; the defaults where undefined */
export function createHosts(concurrencyOf: (host: string) => number | undefined = () => undefined): Hosts {
  const limits = new Map<string, HostLimits>();
  return {
    pauses: new Map(),
    limitsOf(host) {
      const known = limits.get(host);
      if (known !== undefined) return known;
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
