import type { AllowanceReading } from "../events.ts";

/**
 * How many pulls may still be spent at one source, shared by all that runs. A counted request takes its place before it
 * is sent, so that whatever the concurrency no request is begun that would take what is left below the reserve.
 * What is left is what the source last said, less what has been sent since and may not be in that number yet.
 */
export interface PullBudget {
  /** Takes places for so many counted requests at once, all or none. */
  reserve(pulls: number): Places | undefined;
  /** Whether so many could ever be had at once, in a window that nobody else uses. Unknown is yes. */
  couldEverHold(pulls: number): boolean;
  /** Tells that a request is sent. @returns what is to be told of its answer */
  send(isCounted: boolean): (answer: Answer) => void;
  /** What the source last said. */
  reading(): AllowanceReading | undefined;
  /** Whether no place is taken and no counted request unanswered: then only the source itself can make room. */
  isIdle(): boolean;
  /** Resolves when a place is given back or an answer was heard, the next time. */
  changed(): Promise<void>;
}

/** Places taken by one image. */
export interface Places {
  /** A counted request is about to be sent, on a place of these. @returns false when none is left of them */
  spend(): boolean;
  /** As {@link spend}, for a request that is repeated: on a place that nobody has taken. */
  spendFree(): boolean;
  /** Gives back what is more than so many. */
  keepAtMost(pulls: number): void;
  /** Gives back what was not spent. */
  release(): void;
}

/** What an answer says of the allowance. */
export type Answer =
  | { kind: "reading"; reading: AllowanceReading }
  /** A good answer to a request for a manifest that names no limit: there is none. */
  | { kind: "unlimited" }
  /** The allowance is spent. */
  | { kind: "refused" }
  /** The source did not know who asks: the request was not counted. */
  | { kind: "not-counted" }
  /** An error, or no answer at all: it says nothing. */
  | { kind: "silent" };

/** Sent while nothing is known yet: one, whose answer tells. */
const PULLS_WHILE_UNKNOWN = 1;

/** @param floor pulls that are always left for others */
export function createPullBudget(floor: number): PullBudget {
  let left: number | undefined;
  let last: AllowanceReading | undefined;
  let countedSent = 0;
  let countedAnswered = 0;
  let reserved = 0;
  /** Who is about to send: told at once by `send`, so that a request that was not counted gives its place back to it. */
  let spender: { regain(): void } | undefined;
  let change = Promise.withResolvers<void>();

  const tell = () => {
    change.resolve();
    change = Promise.withResolvers<void>();
  };
  const unknown = () => floor + PULLS_WHILE_UNKNOWN - (countedSent - countedAnswered);
  const free = () => (left ?? unknown()) - reserved - floor;

  return {
    reserve(pulls) {
      if (pulls > free()) return undefined;
      reserved += pulls;
      return places(pulls);
    },
    couldEverHold: (pulls) => last === undefined || left === Infinity || pulls <= (last.limit ?? Infinity) - floor,
    send(isCounted) {
      const answeredBefore = countedAnswered;
      const owner = isCounted ? spender : undefined;
      if (isCounted) spender = undefined;
      if (isCounted) {
        countedSent += 1;
        if (left !== undefined) left -= 1;
      }
      return (answer) => {
        if (isCounted) countedAnswered += 1;
        // The source has surely counted what was answered before this request was sent, and this request itself.
        // Whatever else was sent may come after the number it gave: answers overtake each other.
        hear(answer, countedSent - answeredBefore - (isCounted ? 1 : 0));
        if (isCounted && answer.kind === "not-counted") {
          if (left !== undefined) left += 1;
          owner?.regain();
        }
        tell();
      };
    },
    reading: () => last,
    isIdle: () => reserved === 0 && countedSent === countedAnswered,
    changed: () => change.promise,
  };

  function hear(answer: Answer, maybeNotIncluded: number): void {
    switch (answer.kind) {
      case "silent":
      case "not-counted":
        return;
      case "unlimited":
        left = Infinity;
        last = undefined;
        return;
      case "refused":
        left = 0;
        return;
      case "reading":
        left = answer.reading.remaining - maybeNotIncluded;
        // An answer that was overtaken would show more than is left.
        if (maybeNotIncluded === 0 || last === undefined || answer.reading.remaining <= last.remaining) {
          last = answer.reading;
        }
    }
  }

  function places(taken: number): Places {
    let own = taken;
    let isReleased = false;
    const regain = () => {
      if (isReleased) return;
      own += 1;
      reserved += 1;
    };
    const giveBack = (pulls: number) => {
      own -= pulls;
      reserved -= pulls;
      tell();
    };
    return {
      spend() {
        if (own === 0) return false;
        own -= 1;
        reserved -= 1;
        spender = { regain };
        return true;
      },
      spendFree() {
        if (free() < 1) return false;
        spender = { regain };
        return true;
      },
      keepAtMost(pulls) {
        if (own > pulls) giveBack(own - pulls);
      },
      release() {
        isReleased = true;
        giveBack(own);
      },
    };
  }
}
