import type { Clock } from "../../clock.ts";
import { interruption } from "../aws/aws-interruption.ts";

/**
 * Manifests put in a second at most. ECR takes 10 PutImage calls a second from an account in a Region, puts through
 * `/v2/` among them (ECR user guide, "Amazon ECR service quotas"); one is left for clocks that differ and for others.
 */
export const PUTS_PER_SECOND = 9;

const SECOND = 1000;

/** Lets puts begin one after the other, in the order in which they ask. */
export interface PutImageLimiter {
  /**
   * Resolves when the put may begin.
   * @param reference what is put, for the error
   * @throws MirrorError INTERRUPTED, or the signal's own reason
   */
  turn(reference: string, signal: AbortSignal): Promise<void>;
}

/** What an account's quota in a Region belongs to. */
interface Place {
  account: string;
  region: string;
}

/** A pace for each account and Region: two targets in one of them share it. Another process has its own. */
export function putImageLimiters(clock: Clock): (place: Place) => PutImageLimiter {
  const paces = new Map<string, PutImageLimiter>();
  return ({ account, region }) => {
    const key = `${account} ${region}`;
    const pace = paces.get(key) ?? createPutImageLimiter(clock);
    paces.set(key, pace);
    return pace;
  };
}

/**
 * At most {@link PUTS_PER_SECOND} begin within any second. As many may begin at once after a rest, so that a small
 * mirror does not wait; those that have to wait begin evenly spaced, as a burst at the edge of ECR's second could be
 * counted into two.
 */
export function createPutImageLimiter(clock: Clock): PutImageLimiter {
  /** When the latest puts begin, oldest first, milliseconds since 1970; those to come are in it too. */
  const starts: number[] = [];
  return {
    async turn(reference, signal) {
      const now = clock.now();
      const start = nextStart(now, starts);
      starts.push(start);
      if (starts.length > PUTS_PER_SECOND) starts.shift();
      if (start <= now) return;
      try {
        await clock.sleep(start - now, signal);
      } catch (error) {
        throw signal.aborted ? interruption(signal, { operation: "write manifest", reference }) : error;
      }
    },
  };
}

function nextStart(now: number, starts: readonly number[]): number {
  const last = starts.at(-1);
  if (last === undefined) return now;
  const first = starts.at(-PUTS_PER_SECOND);
  const earliest = Math.max(last, first === undefined ? 0 : first + SECOND);
  return earliest <= now ? now : Math.max(earliest, last + Math.ceil(SECOND / PUTS_PER_SECOND));
}
