import type { WallClock } from "../wall-clock.ts";

/** A number of pulls per rolling window. */
export interface PullLimit {
  limit: number;
  windowSeconds: number;
}

/** The values of the rate limit headers for one source. */
interface PullReading extends PullLimit {
  remaining: number;
}

/** Counts pulls by source, which is an address or an account. */
export interface PullCounter {
  /** Total pulls of all sources. */
  readonly counted: number;
  /** Returns undefined for a source without a limit: its answers have no rate limit headers. */
  reading(source: string): PullReading | undefined;
  /** Counts pulls, even if the limit is reached. */
  count(source: string, pulls?: number): void;
}

/** The limit for addresses that Docker documents as of 2026, with the window from its headers. */
export const ANONYMOUS_LIMIT: PullLimit = { limit: 100, windowSeconds: 3600 };
/** The limit for an account on the free plan. */
export const ACCOUNT_LIMIT: PullLimit = { limit: 200, windowSeconds: 3600 };

/** Creates a counter with a rolling window: each pull becomes available again when the window has passed it (docker/hub-feedback#2272). */
export function createPullCounter(limitOf: (source: string) => PullLimit | "unlimited", clock: WallClock): PullCounter {
  const pulls = new Map<string, number[]>();
  let counted = 0;
  return {
    get counted() {
      return counted;
    },
    reading(source) {
      const limit = limitOf(source);
      if (limit === "unlimited") return undefined;
      const since = clock().getTime() - limit.windowSeconds * 1000;
      const inWindow = (pulls.get(source) ?? []).filter((at) => at > since);
      pulls.set(source, inWindow);
      return { ...limit, remaining: Math.max(0, limit.limit - inWindow.length) };
    },
    count(source, number = 1) {
      const at = clock().getTime();
      counted += number;
      const made = pulls.get(source) ?? [];
      for (let pull = 0; pull < number; pull += 1) made.push(at);
      pulls.set(source, made);
    },
  };
}
