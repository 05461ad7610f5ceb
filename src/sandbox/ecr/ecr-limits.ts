import type { WallClock } from "../wall-clock.ts";

/** Quotas of an account in a Region. Each applies only if its quirk is on. */
export interface Limits {
  /** PutImage calls plus manifest PUTs per second. */
  putImagesPerSecond: number;
  /** All JSON API calls per second. */
  apiCallsPerSecond: number;
  /** Repositories per account. */
  repositories: number;
}

/** ECR user guide, "Amazon ECR service quotas". AWS publishes no API rate for the control plane: 20 is an assumption. */
export const DEFAULT_LIMITS: Readonly<Limits> = {
  putImagesPerSecond: 10,
  apiCallsPerSecond: 20,
  repositories: 100_000,
};

/** The error text of both throttles. Neither sends a Retry-After (ECR user guide, "Common error codes"). */
export const RATE_EXCEEDED = "Rate exceeded";

/** Counts calls in a sliding window of 1 second. */
export interface Throttle {
  /** Counts a call, or returns false if the limit is reached. */
  take(perSecond: number): boolean;
}

const WINDOW_MILLISECONDS = 1000;

/** Creates a throttle. */
export function slidingThrottle(clock: WallClock): Throttle {
  let taken: number[] = [];
  return {
    take(perSecond) {
      const now = clock().getTime();
      // A later time than now is from before the system's time was set back.
      taken = taken.filter((at) => at > now - WINDOW_MILLISECONDS && at <= now);
      if (taken.length >= perSecond) return false;
      taken.push(now);
      return true;
    },
  };
}
