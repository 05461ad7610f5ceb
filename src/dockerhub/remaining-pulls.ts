import type { NoReading, PullLimitReading } from "../events.ts";
import type { LimitInfo, ReportedLimit } from "./limit-info.ts";

/**
 * Estimates the remaining pulls of a source from its responses, never too high as far as this client's own requests go.
 * Responses overtake each other, so time is counted in events: each request and each response is one.
 *
 * State:
 * - `readings`: the remaining pulls by recent responses, any of which may be the newest. `addReading` adds, and removes the
 *   readings received before its request was sent: the source had counted those by then. `expire` removes all, `limited`
 *   removes the infinite ones, and `endRefusal` those received before its request, where no number was ever received.
 * - `uncertain`: when a response was received to a request that may have been counted after all readings. `addUncertain`
 *   adds; `addReading` removes as it does readings; `expire` removes all.
 * - `last`, `noReading`, `reported`, `highest`, `isLimited`: what is known of the limit.
 *
 * Invariants:
 * 1. Of overlapping responses the lowest number counts.
 * 2. A counted request without a number in its response counts as a pull, until a later request is answered with a number.
 * 3. A response that names no limit means that there is none, until a limit is named or reached once. Then never again.
 * 4. A refusal means 0 until a request sent after it is answered with a number or, where no number was ever received, is
 *    served.
 */
export interface RemainingPulls {
  /** Records that a request is sent. @returns when it was, for {@link record} */
  requestSent(): number;
  /** Records the response to a request. @param isCounted whether the request counts as a pull */
  record(info: LimitInfo, sentAt: number, isCounted: boolean): void;
  /** Discards the readings, after a window without a new one. */
  expire(): void;
  /** The remaining pulls, not reduced by pending requests. Undefined where unknown. */
  estimate(): number | undefined;
  /** The most pulls that an unused window offers. Infinity where there is no limit or none is known; undefined where only its size is unknown. */
  windowSize(): number | undefined;
  reading(): PullLimitReading | undefined;
  /** Why there is no reading. */
  noReading(): NoReading;
  /** The most informative response so far. */
  reportedLimit(): ReportedLimit | undefined;
}

/** The number of remaining pulls in a response, and when it was received. */
interface Reading {
  remaining: number;
  receivedAt: number;
}

export function createRemainingPulls(): RemainingPulls {
  let readings: Reading[] = [];
  let uncertain: number[] = [];
  /** The last reading that was not overtaken. */
  let last: PullLimitReading | undefined;
  let noReading: NoReading = "not-told";
  let reported: ReportedLimit | undefined;
  /** The highest number of remaining pulls ever received. */
  let highest = 0;
  /** Whether a limit was ever named or reached. */
  let isLimited = false;
  let time = 0;

  return {
    requestSent: () => ++time,
    record,
    expire() {
      readings = [];
      uncertain = [];
    },
    estimate: () => (readings.length === 0 ? undefined : lowest(readings) - uncertain.length),
    windowSize() {
      if (last === undefined || readings.length === 0) return isLimited ? undefined : Infinity;
      return last.limit ?? highest;
    },
    reading: () => last,
    noReading: () => noReading,
    reportedLimit: () => (last === undefined ? reported : { kind: "reading", reading: last }),
  };

  function record(info: LimitInfo, sentAt: number, isCounted: boolean): void {
    const receivedAt = ++time;
    switch (info.kind) {
      case "not-counted":
        return;
      case "silent":
        return addUncertain(isCounted, receivedAt);
      case "unread":
        reported = info;
        if (noReading !== "spent") noReading = "not-told";
        limited();
        if (info.isServed) endRefusal(sentAt);
        return addUncertain(isCounted, receivedAt);
      case "unlimited":
        if (!isLimited) return unlimited(info, sentAt, receivedAt);
        // Docker Hub omits the headers of a limit from single responses.
        endRefusal(sentAt);
        if (readings.length === 0) noReading = "not-told";
        return addUncertain(isCounted, receivedAt);
      case "refused":
        limited();
        noReading = "spent";
        return addReading(0, sentAt, receivedAt);
      case "reading":
        limited();
        highest = Math.max(highest, info.reading.remaining);
        addReading(info.reading.remaining, sentAt, receivedAt);
        if (info.reading.remaining === lowest(readings)) last = info.reading;
    }
  }

  function addReading(remaining: number, sentAt: number, receivedAt: number): void {
    readings = readings.filter((reading) => reading.receivedAt > sentAt);
    uncertain = uncertain.filter((at) => at > sentAt);
    readings.push({ remaining, receivedAt });
  }

  function addUncertain(isCounted: boolean, receivedAt: number): void {
    if (isCounted) uncertain.push(receivedAt);
  }

  function unlimited(info: ReportedLimit, sentAt: number, receivedAt: number): void {
    reported = info;
    noReading = "no-limit-named";
    addReading(Infinity, sentAt, receivedAt);
  }

  function limited(): void {
    isLimited = true;
    readings = readings.filter(({ remaining }) => remaining !== Infinity);
  }

  function endRefusal(sentAt: number): void {
    if (last === undefined) readings = readings.filter((reading) => reading.receivedAt > sentAt);
  }
}

function lowest(readings: readonly Reading[]): number {
  return Math.min(...readings.map(({ remaining }) => remaining));
}
