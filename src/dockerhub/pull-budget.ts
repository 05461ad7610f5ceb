import type { NoReading, PullLimitReading } from "../events.ts";
import type { LimitInfo, ReportedLimit } from "./limit-info.ts";
import { createRemainingPulls } from "./remaining-pulls.ts";

/**
 * Shares the remaining pulls of one source between everything that runs. A request that counts as a pull uses a permit, so
 * that no request is sent that could take the remaining pulls below the reserve.
 *
 * State:
 * - `remaining`: the remaining pulls as the responses give them (remaining-pulls.ts). `recordRequest` and the function that
 *   it returns write to it.
 * - `reserved`: permits that were acquired and are not used yet. `acquire` and `regain` add; `use`, `keepAtMost` and `release` subtract.
 * - `pending`: counted requests without a response. `recordRequest` adds one; its response subtracts one.
 * - `sender`: the permits that the next counted request uses. Set by `use` and `useUnreserved`, taken by `recordRequest`.
 * - `change`: the promise that waiters wait for. Replaced by `notify`.
 *
 * Invariants:
 * 1. No counted request takes the remaining pulls below the reserve, however requests and responses interleave, as far as
 *    this client can know: other clients may spend at any time.
 * 2. Permits are acquired all or none, and only while the estimate covers every permit and every pending request.
 * 3. While nothing is known, one permit is granted at a time. Its response shows the remaining pulls.
 * 4. A permit is used once. One whose request was not counted returns to its owner, unless the owner has released its permits.
 * 5. A permit that was acquired is not used when the estimate has fallen too low in the meantime.
 * 6. Unused permits return to the budget when released.
 * 7. Every response, and every return of permits, wakes the waiters.
 */
export interface PullBudget {
  /** Acquires permits for so many pulls, all or none. */
  acquire(pulls: number): Permits | undefined;
  /**
   * Whether so many permits can be acquired in a window that no other client uses. True where the limit is unknown. Where a
   * limit exists whose size is unknown, the highest number of remaining pulls ever seen is taken for it, or else 1.
   */
  canEverFit(pulls: number): boolean;
  /** Discards the readings after a window without a new one, so that one request may be sent for one. */
  expireReadings(): void;
  /** Records that a request is sent. @returns a function to be called with what the response reveals */
  recordRequest(isCounted: boolean): (info: LimitInfo) => void;
  /** The last reading of the source. */
  reading(): PullLimitReading | undefined;
  /** Why there is no reading. */
  noReading(): NoReading;
  /** The most informative response so far. */
  reportedLimit(): ReportedLimit | undefined;
  /** Whether a counted request is pending, whose response may show more remaining pulls. */
  hasPending(): boolean;
  /** Whether there are neither permits nor pending requests, so that only the source can make pulls available. */
  isIdle(): boolean;
  /** Resolves at the next change: a response, or permits that are released. */
  changed(): Promise<void>;
}

/** The permits of one image. */
export interface Permits {
  /**
   * Uses a permit for a counted request that is about to be sent.
   * @returns false where there is none, or other clients have spent so much that the reserve would be touched
   */
  use(): boolean;
  /** Whether {@link use} would succeed now. */
  canUse(): boolean;
  isEmpty(): boolean;
  /** Uses a pull that no permit covers, for a retried request. @returns false where there is none */
  useUnreserved(): boolean;
  /** Releases the permits beyond `pulls`. */
  keepAtMost(pulls: number): void;
  /** Releases the unused permits. */
  release(): void;
}

/** Pulls to be spent while the remaining pulls are unknown. */
const PULLS_WHILE_UNKNOWN = 1;

/** @param reserve pulls that are always kept for others */
export function createPullBudget(reserve: number): PullBudget {
  const remaining = createRemainingPulls();
  let pending = 0;
  let reserved = 0;
  let sender: { regain(): void } | undefined;
  let change = Promise.withResolvers<void>();

  return {
    acquire(pulls) {
      if (pulls > unreserved()) return undefined;
      reserved += pulls;
      return createPermits(pulls);
    },
    canEverFit(pulls) {
      const size = remaining.windowSize();
      return pulls <= (size === undefined ? PULLS_WHILE_UNKNOWN : size - reserve);
    },
    expireReadings: () => remaining.expire(),
    recordRequest(isCounted) {
      const sentAt = remaining.requestSent();
      const owner = isCounted ? takeSender() : undefined;
      if (isCounted) pending += 1;
      return (info) => {
        if (isCounted) pending -= 1;
        remaining.record(info, sentAt, isCounted);
        if (info.kind === "not-counted") owner?.regain();
        notify();
      };
    },
    reading: () => remaining.reading(),
    noReading: () => remaining.noReading(),
    reportedLimit: () => remaining.reportedLimit(),
    hasPending: () => pending > 0,
    isIdle: () => reserved === 0 && pending === 0,
    changed: () => change.promise,
  };

  /** Pulls that may still be spent, permits included. */
  function available(): number {
    return (remaining.estimate() ?? reserve + PULLS_WHILE_UNKNOWN) - pending - reserve;
  }

  /** Pulls that may still be spent and are covered by no permit. */
  function unreserved(): number {
    return available() - reserved;
  }

  function takeSender(): { regain(): void } | undefined {
    const taken = sender;
    sender = undefined;
    return taken;
  }

  function notify(): void {
    change.resolve();
    change = Promise.withResolvers<void>();
  }

  function createPermits(acquired: number): Permits {
    let own = acquired;
    let isReleased = false;
    const canUse = () => own > 0 && available() >= 1;
    const add = (permits: number) => {
      own += permits;
      reserved += permits;
    };
    const regain = () => {
      if (!isReleased) add(1);
    };
    const giveBack = (permits: number) => {
      add(-permits);
      notify();
    };
    return {
      use() {
        if (!canUse()) return false;
        add(-1);
        sender = { regain };
        return true;
      },
      canUse,
      isEmpty: () => own === 0,
      useUnreserved() {
        if (unreserved() < 1) return false;
        sender = { regain };
        return true;
      },
      keepAtMost(pulls) {
        if (own > pulls) giveBack(own - pulls);
      },
      release() {
        isReleased = true;
        if (own > 0) giveBack(own);
      },
    };
  }
}
