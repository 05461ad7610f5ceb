import type { WallClock } from "../wall-clock.ts";

/** The quotas of an account in a Region, as far as the sandbox has them; they bind where their quirk is on. */
export interface Limits {
  /** PutImage calls and manifest PUTs together, a second. */
  putImagesPerSecond: number;
  /** Calls of the JSON API of all kinds together, a second. */
  apiCallsPerSecond: number;
  /** Repositories an account may have. */
  repositories: number;
}

/** ECR user guide, "Amazon ECR service quotas". No rate is published for the control plane: that one is ours. */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  putImagesPerSecond: 10,
  apiCallsPerSecond: 20,
  repositories: 100_000,
};

/** The text of both throttles; neither comes with a Retry-After (ECR user guide, "Common error codes"). */
export const RATE_EXCEEDED = "Rate exceeded";

/** Counts calls in a window of one second that slides. */
export interface Throttle {
  /** Takes one place; false when none is left. */
  take(perSecond: number): boolean;
}

const WINDOW_MILLISECONDS = 1000;

/** A throttle that has counted nothing yet. */
export function slidingThrottle(clock: WallClock): Throttle {
  let taken: number[] = [];
  return {
    take(perSecond) {
      const now = clock().getTime();
      taken = taken.filter((at) => at > now - WINDOW_MILLISECONDS);
      if (taken.length >= perSecond) return false;
      taken.push(now);
      return true;
    },
  };
}
