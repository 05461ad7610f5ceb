import { RETRY_AFTER_CAP } from "../limits.ts";

/**
 * Milliseconds within which a server counts requests: a second, and a margin for requests that arrive at slightly
 * different delays. With a smaller margin, two clients that share a limit are refused more often, and are slower.
 */
export const WINDOW = 1020;

/** From this many requests per window on, a limit that was found is given up. */
const UNLIMITED = 1000;
/** The lowest limit, in requests per window. */
const LOWEST = 0.25;
/** Part by which the first increase raises a limit. Each further increase in a row doubles it. */
const INCREASE_PART = 0.25;

/** Milliseconds from a refusal to the first increase: the least for a low limit, and the most for a high one. */
const FIRST_INCREASE = { least: 2_000, most: 9_000 };
/** Milliseconds from an increase to the next: at least a window, as only then the server has refused nothing. */
const NEXT_INCREASE = { first: 1_500, further: 1_100 };

/** A request that has started. It counts towards the server's limit unless the server refused it. */
export interface Start {
  /** In milliseconds of the monotonic clock. */
  readonly at: number;
  isRefused: boolean;
}

/** Decides when requests may start, from which ones a server refused. All times are in milliseconds of the monotonic clock. */
export interface AdaptiveRate {
  /** Returns when the next request may start. `now` or earlier means at once. */
  nextStart(now: number): number;
  /** @param hasWaited whether the request could not start at once */
  start(now: number, hasWaited: boolean): Start;
  /** @param retryAfter milliseconds that the response asked to wait */
  refuse(start: Start, now: number, retryAfter?: number): void;
}

/**
 * Finds the share of a server's rate limit that other clients leave. A server counts the requests of all clients within
 * a second, so clients that each keep to a fixed number are never refused while the numbers add up to the limit. After a
 * refusal, the limit is therefore the number of this client's requests that the server accepted within the last
 * window. It rises again step by step, first after seconds and by little, then faster, until the next refusal. A
 * client with a low limit tries sooner than one with a high limit.
 * @param options.most requests per window that are never exceeded, not necessarily a whole number; undefined for no limit until the first refusal
 * @param options.random at least 0, below 1: keeps clients from raising their limits together
 */
export function createAdaptiveRate(options: { most?: number | undefined; random: () => number }): AdaptiveRate {
  const { most, random } = options;
  /** Oldest first; none that started before the last window. */
  let starts: Start[] = [];
  /** Requests per window. Undefined where only `most` limits. */
  let limit: number | undefined;
  /** Whether the last request had to wait. */
  let hasWaited = false;
  let notBefore = Number.NEGATIVE_INFINITY;
  /** Time of the last reduction. A refusal of a request that started earlier shows nothing new. */
  let reducedAt = Number.NEGATIVE_INFINITY;
  /** Number of increases since then, and the time of the next. */
  let increases = 0;
  let nextIncreaseAt = 0;

  return {
    nextStart(now) {
      while (limit !== undefined && now >= nextIncreaseAt) limit = increased(limit);
      const current = limit ?? most;
      if (current === undefined) return notBefore;
      const perWindow = Math.max(1, Math.floor(current));
      // The time in which as many requests may start: less than a window if the limit is not a whole number.
      const window = (WINDOW * perWindow) / current;
      const accepted = starts.filter(({ isRefused }) => !isRefused);
      const last = accepted.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
      const first = accepted.at(-perWindow)?.at ?? Number.NEGATIVE_INFINITY;
      const earliest = Math.max(last, first + window, notBefore);
      // Requests that wait are evenly spaced, because they would otherwise start in bursts for as long as some wait.
      return Math.max(earliest, hasWaited ? last + window / perWindow : now);
    },
    start(now, isWaiting) {
      hasWaited = isWaiting;
      const start: Start = { at: now, isRefused: false };
      const kept = now - WINDOW / Math.min(1, limit ?? 1);
      starts = starts[0] !== undefined && starts[0].at <= kept ? starts.filter(({ at }) => at > kept) : starts;
      starts.push(start);
      return start;
    },
    refuse(start, now, retryAfter = 0) {
      start.isRefused = true;
      const old = limit ?? most ?? Number.POSITIVE_INFINITY;
      const accepted = acceptedBefore(start);
      limit = Math.min(old, accepted > 0 ? accepted : Math.max(LOWEST, Math.min(1, old) / 2));
      const wait = accepted > 0 ? 0 : WINDOW / 2;
      notBefore = Math.max(notBefore, now + Math.max(wait, Math.min(retryAfter, RETRY_AFTER_CAP)));
      if (start.at < reducedAt) return;
      reducedAt = now;
      increases = 0;
      const span = FIRST_INCREASE.most - FIRST_INCREASE.least;
      const delay = FIRST_INCREASE.least + span * Math.min(1, limit / (most ?? limit));
      nextIncreaseAt = now + delay * (0.75 + random() / 2);
    },
  };

  /** Counts the requests that the server had accepted when it refused one, as far as known. */
  function acceptedBefore({ at: refusedAt }: Start): number {
    return starts.filter(({ at, isRefused }) => !isRefused && at > refusedAt - WINDOW && at <= refusedAt).length;
  }

  function increased(current: number): number | undefined {
    nextIncreaseAt += increases === 0 ? NEXT_INCREASE.first : NEXT_INCREASE.further;
    const factor = 2 ** increases;
    increases += 1;
    const next = current < 1 ? current * 2 : current + Math.max(factor, Math.floor(current * INCREASE_PART * factor));
    return next >= (most ?? UNLIMITED) ? undefined : next;
  }
}
