import { finished, Transform, type Readable } from "node:stream";
import type { Clock } from "../../clock.ts";
import type { MirrorError } from "../../errors.ts";

/** The least that a transfer must deliver: `bytes` in each interval of `milliseconds`, until it ends. */
export interface MinimumRate {
  bytes: number;
  milliseconds: number;
}

/** Options of {@link watchRate}. */
interface RateOptions {
  rate: MinimumRate;
  clock: Clock;
  /** Called once, with the bytes of an interval that had too few. Nothing is watched afterwards. */
  onTooSlow: (bytes: number, milliseconds: number) => void;
  /** Whether the other end is not to blame for the interval that ends. */
  isExcused?: () => boolean;
  /** Length of the first interval, if it differs. */
  firstMilliseconds?: number;
}

/** Watches a transfer. */
export interface RateWatch {
  /** Counts bytes that arrived or were sent. */
  progress(bytes: number): void;
  /** Starts a new interval. */
  restart(): void;
  /** Must be called when the transfer ends. */
  stop(): void;
}

/** An interval that ends later than this is not judged: the process was busy or suspended, and read nothing. */
const LATE_MILLISECONDS = 1000;

/** Starts to watch that a transfer keeps a minimum rate. One mechanism for answers, downloads and uploads. */
export function watchRate(options: RateOptions): RateWatch {
  const { rate, clock, onTooSlow, isExcused = () => false } = options;
  let bytes = 0;
  let cancel = start(options.firstMilliseconds ?? rate.milliseconds);
  return {
    progress: (count) => void (bytes += count),
    restart() {
      cancel();
      cancel = start(rate.milliseconds);
    },
    stop: () => cancel(),
  };

  function start(milliseconds: number): () => void {
    bytes = 0;
    const began = clock.monotonic();
    return clock.after(milliseconds, () => {
      const isLate = clock.monotonic() - began > milliseconds + LATE_MILLISECONDS;
      if (bytes >= rate.bytes || isLate || isExcused()) cancel = start(rate.milliseconds);
      else onTooSlow(bytes, milliseconds);
    });
  }
}

/** Options of {@link withMinimumRate}. */
interface StreamOptions extends Pick<RateOptions, "rate" | "clock" | "firstMilliseconds"> {
  /** Creates the error of a stream that is too slow. */
  tooSlow: (bytes: number, milliseconds: number) => MirrorError;
  /** Called for each chunk that arrives. */
  onChunk?: () => void;
  /** Translates an error of the stream. */
  translate?: (error: Error) => Error;
  /** Called when the stream ended, failed or was destroyed; with the error if it was too slow. */
  onEnd?: (tooSlow: MirrorError | undefined, isComplete: boolean) => void;
}

/**
 * Passes a stream's bytes through, and destroys both streams when fewer arrive than the minimum. An interval does not
 * count while its reader has not taken the bytes that arrived.
 */
export function withMinimumRate(stream: Readable, options: StreamOptions): Readable {
  const { tooSlow, translate = (error) => error, onChunk, onEnd } = options;
  let slow: MirrorError | undefined;
  const out = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      watch.progress(chunk.length);
      onChunk?.();
      done(null, chunk);
    },
  });
  const watch = watchRate({
    ...options,
    isExcused: () => out.readableLength > 0,
    onTooSlow(bytes, milliseconds) {
      slow = tooSlow(bytes, milliseconds);
      out.destroy(slow);
    },
  });
  let isComplete = false;
  finished(stream, (error) => {
    isComplete = error == null;
    watch.stop();
    if (error != null) out.destroy(translate(error));
  });
  out.once("close", () => {
    watch.stop();
    stream.destroy();
    onEnd?.(slow, isComplete);
  });
  return stream.pipe(out);
}
