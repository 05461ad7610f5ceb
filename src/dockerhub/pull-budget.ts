import type { PullLimitReading, NoReading } from "../events.ts";
import type { LimitClaim } from "./pull-limit-headers.ts";

/**
 * How many pulls may still be spent at one source, shared by all that runs. A counted request takes its place before it
 * is sent, so that whatever the concurrency no request is begun that would take what is left below the reserve.
 * What is left is what the source last said, less what is under way and may not be in that number yet.
 */
export interface PullBudget {
  /** Takes places for so many counted requests at once, all or none. */
  reserve(pulls: number): Places | undefined;
  /**
   * Whether so many could ever be had at once, in a window that nobody else uses. Unknown is yes. Where a limit is known
   * to be, but not how large it is, it is as many as were ever said to be left; where that was never said, one.
   */
  couldEverHold(pulls: number): boolean;
  /** Tells that a whole window went by without a number: the last one is over, and one request may tell. */
  outdate(): void;
  /** Tells that a request is sent. @returns what is to be told of its answer */
  send(isCounted: boolean): (answer: Answer) => void;
  /** What the source last said is left. */
  reading(): PullLimitReading | undefined;
  /** Why there is no reading, where there is none. */
  noReading(): NoReading;
  /** The most that the source said of a limit: how much is left; else that there is one, or none. Undefined: nothing. */
  said(): Said | undefined;
  /** Whether a counted request is unanswered: its answer may show that more is left than is sure now. */
  isUnderWay(): boolean;
  /** Whether no place is taken and no counted request unanswered: then only the source itself can make room. */
  isIdle(): boolean;
  /** Resolves when a place is given back or an answer was heard, the next time. */
  changed(): Promise<void>;
}

/** Places taken by one image. */
export interface Places {
  /**
   * A counted request is about to be sent, on a place of these.
   * @returns false when none is left of them, and when others have spent so much meanwhile that it would go below the reserve
   */
  spend(): boolean;
  /** Whether {@link spend} would do now. */
  maySpend(): boolean;
  /** Whether none is left of them. */
  isEmpty(): boolean;
  /** As {@link spend}, for a request that is repeated: on a place that nobody has taken. */
  spendFree(): boolean;
  /** Gives back what is more than so many. */
  keepAtMost(pulls: number): void;
  /** Gives back what was not spent. */
  release(): void;
}

/** What an answer says of the allowance. */
export type Answer =
  | { kind: "reading"; reading: PullLimitReading }
  /** A limit is named, but not how much of it is left. `isServed`: by an answer that refuses nothing. */
  | { kind: "unread"; claim: LimitClaim; isServed: boolean }
  /** A good answer to a request for a manifest that names no limit: there is none, unless another answer named one. */
  | { kind: "unlimited"; source?: string | undefined }
  /** The allowance is spent. */
  | { kind: "refused" }
  /** The source did not know who asks: the request was not counted. */
  | { kind: "not-counted" }
  /** An error, or no answer at all: it says nothing. */
  | { kind: "silent" };

/** An answer that says something of a limit. */
export type Said = Extract<Answer, { kind: "reading" | "unread" | "unlimited" }>;

/** What an answer says of whose allowance it is. */
export function whoseOf(said: Said): { source?: string | undefined } {
  if (said.kind === "reading") return said.reading;
  return said.kind === "unread" ? said.claim : said;
}

/** Sent while nothing is known yet: one, whose answer tells. */
const PULLS_WHILE_UNKNOWN = 1;

/** An answer that says how much is left, and when it was heard, by a counter of moments. */
interface Heard {
  remaining: number;
  heard: number;
}

/** @param floor pulls that are always left for others */
export function createPullBudget(floor: number): PullBudget {
  /** Of several answers that were on their way together nobody knows which tells the newest number. */
  let together: Heard[] = [];
  /** When counted requests failed that may have been counted after all of those. */
  let unsure: number[] = [];
  let last: PullLimitReading | undefined;
  let without: NoReading = "not-told";
  let claimed: Said | undefined;
  /** The most that was ever said to be left. */
  let mostLeft = 0;
  /** Whether a limit was ever named, or a request refused for it. Who has one has it for the whole run. */
  let isLimited = false;
  let moment = 0;
  let underWay = 0;
  let reserved = 0;
  /** Who is about to send: told at once by `send`, so that a request that was not counted gives its place back to it. */
  let spender: { regain(): void } | undefined;
  let change = Promise.withResolvers<void>();

  const tell = () => {
    change.resolve();
    change = Promise.withResolvers<void>();
  };
  /** Whichever of several numbers is the newest: what is left is not less than the lowest, less what is not in it. */
  const left = () =>
    together.length === 0
      ? floor + PULLS_WHILE_UNKNOWN - underWay
      : Math.min(...together.map(({ remaining }) => remaining)) - underWay - unsure.length;
  const free = () => left() - reserved - floor;
  const mayBegin = () => left() - floor >= 1;

  return {
    reserve(pulls) {
      if (pulls > free()) return undefined;
      reserved += pulls;
      return places(pulls);
    },
    couldEverHold(pulls) {
      if (last === undefined || together.length === 0) return !isLimited || pulls <= PULLS_WHILE_UNKNOWN;
      return pulls <= (last.limit ?? mostLeft) - floor;
    },
    outdate() {
      together = [];
      unsure = [];
    },
    send(isCounted) {
      const asked = ++moment;
      const owner = isCounted ? spender : undefined;
      if (isCounted) spender = undefined;
      if (isCounted) underWay += 1;
      return (answer) => {
        if (isCounted) underWay -= 1;
        hear(answer, asked, isCounted);
        if (isCounted && answer.kind === "not-counted") owner?.regain();
        tell();
      };
    },
    reading: () => last,
    noReading: () => without,
    said: () => (last === undefined ? claimed : { kind: "reading", reading: last }),
    isUnderWay: () => underWay > 0,
    isIdle: () => reserved === 0 && underWay === 0,
    changed: () => change.promise,
  };

  function hear(answer: Answer, asked: number, isCounted: boolean): void {
    const heard = ++moment;
    const doubt = () => {
      if (isCounted) unsure.push(heard);
    };
    const learn = (remaining: number) => {
      // The source has surely counted whatever had been answered before it was asked for this.
      together = together.filter((earlier) => earlier.heard > asked);
      unsure = unsure.filter((failed) => failed > asked);
      together.push({ remaining, heard });
    };
    switch (answer.kind) {
      case "not-counted":
        return;
      case "silent":
        return doubt();
      case "unread":
        claimed = answer;
        if (without !== "spent") without = "not-told";
        limited();
        if (answer.isServed) endRefusal(asked);
        return doubt();
      case "unlimited":
        if (!isLimited) {
          claimed = answer;
          without = "no-limit-named";
          return learn(Infinity);
        }
        // Docker Hub leaves the headers of a limit out of single answers.
        endRefusal(asked);
        if (together.length === 0) without = "not-told";
        return doubt();
      case "refused":
        limited();
        without = "spent";
        return learn(0);
      case "reading":
        limited();
        mostLeft = Math.max(mostLeft, answer.reading.remaining);
        learn(answer.reading.remaining);
        // An answer that was overtaken would show more than is left.
        if (answer.reading.remaining === Math.min(...together.map(({ remaining }) => remaining))) last = answer.reading;
    }
  }

  /** Where no number was ever told, a refusal is over once an answer to a later question is none: one request may tell. */
  function endRefusal(asked: number): void {
    if (last === undefined) together = together.filter((earlier) => earlier.heard > asked);
  }

  function limited(): void {
    isLimited = true;
    together = together.filter(({ remaining }) => remaining !== Infinity);
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
        if (own === 0 || !mayBegin()) return false;
        own -= 1;
        reserved -= 1;
        spender = { regain };
        return true;
      },
      maySpend: () => own > 0 && mayBegin(),
      isEmpty: () => own === 0,
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
        if (own > 0) giveBack(own);
      },
    };
  }
}
