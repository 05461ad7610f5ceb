import type { WallClock } from "../wall-clock.ts";

/** So many pulls in each rolling window. */
export interface PullLimit {
  limit: number;
  windowSeconds: number;
}

/** What the rate limit headers say to one source. */
interface PullsLeft extends PullLimit {
  remaining: number;
}

/** Counts pulls by source: an address, or an account. */
export interface Allowance {
  /** Pulls of all sources, ever. */
  readonly counted: number;
  /** Undefined for a source without a limit, whose answers carry no headers. */
  reading(source: string): PullsLeft | undefined;
  /** Counts pulls that are made, of whatever is left. */
  count(source: string, pulls?: number): void;
}

/** What Docker documents as of 2026 for addresses, in the window that its headers give. */
export const ANONYMOUS_LIMIT: PullLimit = { limit: 100, windowSeconds: 3600 };
/** The same for an account of the free plan. */
export const ACCOUNT_LIMIT: PullLimit = { limit: 200, windowSeconds: 3600 };

/** A rolling window (docker/hub-feedback#2272): each pull is given back when the window has passed it. */
export function createAllowance(limitOf: (source: string) => PullLimit | "unlimited", clock: WallClock): Allowance {
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
