import type { Readable } from "node:stream";
import { errors } from "undici";
import type { Clock } from "../../clock.ts";
import { MirrorError, type Side } from "../../errors.ts";
import { ANSWER_RATE } from "../limits.ts";
import { slowHint } from "./connection-error.ts";
import { watchRate, withMinimumRate, type MinimumRate } from "./minimum-rate.ts";

/** The request that an answer is for. */
interface AnswerContext {
  clock: Clock;
  side: Side;
  operation: string;
  reference: string;
  host: string;
  /** Bytes of the request's body, whose sending takes a part of the time. */
  sentBytes?: number;
}

/** How the body of an answer is read. */
interface BodyOptions {
  /** Least rate of a body that is no small answer. It starts with the body. */
  rate?: MinimumRate | undefined;
  /** Translates an error of the connection. */
  translate: (error: Error) => Error;
  onChunk?: () => void;
  /** Called when the body has ended. See {@link withMinimumRate}. */
  onEnd?: (tooSlow: MirrorError | undefined, isComplete: boolean) => void;
}

/** Limits the time of one answer as a whole, so that a server cannot hold up a run with single bytes. */
export interface AnswerWatch {
  /** Aborted if the answer does not begin in time. */
  signal: AbortSignal;
  /** Returns the body of the answer, which fails with TIMEOUT if it is too slow. Ends the watch for the beginning. */
  watchBody(body: Readable, options: BodyOptions): Readable;
  /** Must be called if there is no body to watch. */
  stop(): void;
}

/** Returns how much longer a request may take because of the bytes that it sends. */
export function timeToSend(bytes: number): number {
  return Math.round((bytes / ANSWER_RATE.bytes) * ANSWER_RATE.milliseconds);
}

/** Starts the watch of an answer. Must be called when the request is sent. */
export function watchAnswer(context: AnswerContext): AnswerWatch {
  const { clock, side, operation, reference, host, sentBytes = 0 } = context;
  const late = new AbortController();
  const limit = ANSWER_RATE.milliseconds + timeToSend(sentBytes);
  const began = clock.monotonic();
  const start = watchRate({
    rate: ANSWER_RATE,
    firstMilliseconds: limit,
    clock,
    onTooSlow: () => late.abort(new errors.HeadersTimeoutError()),
  });
  return {
    signal: late.signal,
    stop: start.stop,
    watchBody(body, { rate, ...options }) {
      start.stop();
      const what = rate === undefined ? "its answer" : "the blob";
      const first = Math.max(0, limit - (clock.monotonic() - began));
      return withMinimumRate(body, {
        ...options,
        clock,
        ...(rate === undefined ? { rate: ANSWER_RATE, firstMilliseconds: first } : { rate }),
        tooSlow(bytes, milliseconds) {
          // The first interval of a small answer began with the request.
          const interval = rate === undefined && milliseconds === first ? limit : milliseconds;
          return tooSlow({ side, operation, reference, host }, "sent", bytes, what, interval);
        },
      });
    },
  };
}

/**
 * Creates the error of a transfer that is too slow.
 * @param did what the host did: `sent`
 * @param bytes how many bytes in the milliseconds
 * @param what what the bytes are a part of: `the blob`
 */
export function tooSlow(
  { host, ...subject }: Pick<AnswerContext, "side" | "operation" | "reference" | "host">,
  did: string,
  bytes: number,
  what: string,
  milliseconds: number,
): MirrorError {
  const count = `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const message = `${host} ${did} only ${count} of ${what} in ${Math.round(milliseconds / 1000)} s`;
  return new MirrorError(message, { ...subject, code: "TIMEOUT", retryable: true, hint: slowHint(host) });
}
