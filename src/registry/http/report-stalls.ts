import type { Side } from "../../errors.ts";
import type { Emit } from "../../events.ts";

/** Interval at which a transfer is looked at, in milliseconds. One without progress for an interval has stalled. */
const INTERVAL = 1000;

/** The request that a blob is sent or received with. */
interface Transfer {
  side: Side;
  method: string;
  url: URL;
}

/** Reports when a transfer stalls and when it continues. */
export interface StallReport {
  progress(this: void): void;
  /** Must be called when the transfer ends. */
  stop(this: void): void;
}

/**
 * Emits `transfer.stalled` for a transfer that waits for its host, and `transfer.resumed` afterwards.
 * @param isWaiting whether the next step is up to the host, and not to the other end of the transfer
 */
export function reportStalls(emit: Emit, { side, method, url }: Transfer, isWaiting: () => boolean): StallReport {
  const request = { side, method, host: url.host, path: url.pathname };
  let hasMoved = false;
  let isStalled = false;
  const resume = (): void => {
    if (isStalled) emit({ type: "transfer.resumed", ...request });
    isStalled = false;
  };
  const timer = setInterval(() => {
    if (hasMoved || !isWaiting()) resume();
    else if (!isStalled) {
      isStalled = true;
      emit({ type: "transfer.stalled", ...request, milliseconds: INTERVAL });
    }
    hasMoved = false;
  }, INTERVAL);
  timer.unref();
  return {
    progress: () => void (hasMoved = true),
    stop() {
      clearInterval(timer);
      resume();
    },
  };
}
