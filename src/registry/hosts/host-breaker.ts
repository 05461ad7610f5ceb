import type { Clock } from "../../clock.ts";
import type { ErrorCode } from "../../error-code.ts";
import { MirrorError, type MirrorErrorFields } from "../../errors.ts";
import { DOWN_FAILURES, DOWN_INTERVAL, DOWN_SILENCE, DOWN_SUBJECTS, HUNG_ROUNDS, HUNG_SILENCE } from "../limits.ts";
import { isOutage, isServerFailure } from "../retry/retryable-status.ts";

/**
 * Stops requests to hosts that are down, so that a run with many images does not wait for each of them. A host is down
 * after several failed connections or answers of an outage (500, 502, 504) in a row, without another answer for some time.
 * An answer that begins but does not end in time counts as a failed connection. From then on, one request per
 * {@link DOWN_INTERVAL} is sent to find out whether it is up again, and the others fail at once. An outage has to affect
 * several things: a server may answer 500 because of one broken image.
 *
 * State: by host, the failures since its last answer. `guard` and `bodyEnded` add failures. An answer that shows that the
 * host is up removes all; after one that did not end in time, only an answer that ends. A 503 shows neither, because
 * host-pause.ts waits for overloaded hosts.
 */
export interface HostBreaker {
  /**
   * Sends a request, unless the host is down.
   * @param host with its port, as in `URL.host`
   * @param request for the error of a request that is not sent
   * @throws as `send` does; the error of the host, not retryable, if it is down
   */
  guard<T>(host: string, request: GuardedRequest<T>, send: () => Promise<T>): Promise<T>;
  /** Records that the body of an answer has ended, or the error if it came too slowly. @param began when it was requested */
  bodyEnded(host: string, clock: Pick<Clock, "monotonic">, began: number, tooSlow: MirrorError | undefined): void;
}

interface GuardedRequest<T> extends Pick<MirrorErrorFields, "side" | "operation" | "reference"> {
  clock: Pick<Clock, "monotonic">;
  /** Returns what may be the reason that the request fails, such as its URL. The same for requests for the same thing. */
  subjectOf: () => string;
  /** Returns the status of an answer. */
  statusOf: (answer: T) => number;
  /** Returns the error for an answer with the status of an outage. */
  errorOf: (answer: T) => MirrorError;
}

/** The failures of a host since its last answer. */
interface Failing {
  count: number;
  /** Failures one after another: of requests that were sent after the last of them. */
  rounds: number;
  roundEndedAt: number;
  /** Since when the host has not answered, in milliseconds. */
  since: number;
  /** The subjects of the answers of an outage. */
  subjects: Set<string>;
  last: MirrorError;
  /** Whether the last failure was an answer that began, but did not end in time. */
  isSlow: boolean;
  /** When the next request may be sent, if the host is down. */
  next?: number;
}

/** One failure. */
interface Failure {
  error: MirrorError;
  /** When the request was sent, and when it failed. */
  began: number;
  ended: number;
  isSlow?: boolean;
  /** The subject of an answer of an outage. */
  subject?: string;
}

/** Errors of a connection. */
const CONNECTION_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["UNREACHABLE", "TIMEOUT"]);

export function createHostBreaker(): HostBreaker {
  const failing = new Map<string, Failing>();
  const answered = new Map<string, number>();

  return {
    async guard(host, request, send) {
      const { clock, side } = request;
      const began = clock.monotonic();
      const known = failing.get(host);
      if (known?.next !== undefined) {
        if (began < known.next) throw notSent(known.last, request);
        known.next = began + DOWN_INTERVAL;
      }
      try {
        const answer = await send();
        const ended = clock.monotonic();
        const status = request.statusOf(answer);
        if (isOutage(status))
          record(host, { error: request.errorOf(answer), began, ended, subject: request.subjectOf() });
        else if (!isServerFailure(status)) recordAnswer(host, ended);
        return answer;
      } catch (error) {
        // The body of an upload can fail with an error of the source.
        const isOwn = error instanceof MirrorError && error.side === side && CONNECTION_ERRORS.has(error.code);
        if (!isOwn) throw error;
        const state = record(host, { error, began, ended: clock.monotonic() });
        throw state.next === undefined ? error : error.with({ retryable: false });
      }
    },
    bodyEnded(host, clock, began, tooSlow) {
      if (tooSlow === undefined) failing.delete(host);
      else record(host, { error: tooSlow, began, ended: clock.monotonic(), isSlow: true });
    },
  };

  function recordAnswer(host: string, now: number): void {
    if (failing.get(host)?.isSlow !== true) failing.delete(host);
    answered.set(host, now);
  }

  function record(host: string, { error, began, ended, isSlow = false, subject }: Failure): Failing {
    // A connection that breaks was in use until then. One that times out was silent.
    const lastAnswer = isSlow ? began : (answered.get(host) ?? began);
    const since = error.code === "TIMEOUT" ? Math.max(began, lastAnswer) : ended;
    const fresh = { count: 0, rounds: 0, roundEndedAt: began, since, subjects: new Set<string>(), last: error, isSlow };
    const state: Failing = failing.get(host) ?? fresh;
    failing.set(host, state);
    if (subject !== undefined && state.subjects.size < DOWN_SUBJECTS) state.subjects.add(subject);
    state.count += 1;
    state.since = Math.min(state.since, since);
    state.last = error;
    state.isSlow = isSlow;
    if (began >= state.roundEndedAt) {
      state.rounds += 1;
      state.roundEndedAt = ended;
    }
    const silence = ended - state.since;
    const isGeneral = subject === undefined || state.subjects.size >= DOWN_SUBJECTS;
    const isDown = isGeneral && state.count >= DOWN_FAILURES && silence >= DOWN_SILENCE;
    const isHung = error.code === "TIMEOUT" && state.rounds >= HUNG_ROUNDS && silence >= HUNG_SILENCE;
    if (isDown || isHung || state.next !== undefined) state.next = ended + DOWN_INTERVAL;
    return state;
  }
}

/** The message is that of the request that failed, so that the errors of all requests to the host can be told as one. */
function notSent(
  { message, code, hint, cause }: MirrorError,
  { side, operation, reference }: Pick<MirrorErrorFields, "side" | "operation" | "reference">,
): MirrorError {
  return new MirrorError(message, { code, side, operation, reference, hint, cause, retryable: false });
}
