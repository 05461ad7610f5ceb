import { Readable } from "node:stream";
import { MirrorError } from "../../errors.ts";
import { abortError } from "../http/abort-error.ts";
import type { RegistryOptions } from "../registry-options.ts";
import { MAX_OUTAGE_PAUSES, MAX_PAUSES, RETRY_AFTER_CAP } from "../limits.ts";
import type { Operation } from "../errors/operation.ts";
import { readRetryAfter } from "../retry/retry-after.ts";
import { retryDelay } from "../retry/retry.ts";
import { isServerFailure } from "../retry/retryable-status.ts";
import type { Request, Response, Send } from "../http/transport.ts";
import type { Pause } from "./pause.ts";

/** Statuses that are about the host's load, and not about the request. */
const OVERLOADED = new Set([429, 503]);

/** Operations of a plan, which a person waits for. They fail instead of waiting indefinitely. */
const PLAN_OPERATIONS: ReadonlySet<Operation> = new Set<Operation>([
  "look up manifest",
  "list tags of",
  "list referrers of",
  "sign in to",
]);

/**
 * Wraps `send` so that after a 429 or 503 all requests to the host wait, not only the refused one: as long as the host
 * asks for, or as long as the backoff of a retry. A reached pull limit causes no pause, because a short wait does not
 * help, and neither does a 429 that a rate limiter handles. A request with a stream as its body does not wait, because the source would close its connection. After {@link MAX_PAUSES}
 * pauses in a row, requests of a plan to a source fail during the last pause without being sent, so that a plan ends
 * however many images the mirror file has. After
 * {@link MAX_OUTAGE_PAUSES} pauses for a 503, so do all others that would wait.
 * @param pauses by host and port, shared by all clients of the same hosts
 * @throws MirrorError as `send` does; INTERRUPTED for an abort while waiting; TOO_MANY_REQUESTS and SERVER_ERROR, not
 * retryable, for requests that are not sent
 */
export function pausingByHost(send: Send, options: RegistryOptions, pauses: Map<string, Pause>): Send {
  const { clock, random, side, isPullLimit, rateLimiter, endpoint } = options;

  return async (request) => {
    const { host } = request.url;
    if (!(request.body instanceof Readable)) await wait(host, request);
    const response = await send(request);
    if (isOverloaded(response) && !isLimited(request, response)) pause(host, response);
    // A response during the pause belongs to a request sent before it, so it does not end the pause.
    else if (remaining(host) <= 0 && !isServerFailure(response.status)) pauses.delete(host);
    return response;
  };

  async function wait(host: string, request: Request): Promise<void> {
    const { signal, operation, reference } = request;
    // A response to an earlier request may extend the pause.
    for (let delay = remaining(host); delay > 0; delay = remaining(host)) {
      const { count = 0, status = 0 } = pauses.get(host) ?? {};
      const isAwaited = side === "source" && PLAN_OPERATIONS.has(operation);
      // Waiting helps against a limit on requests, but hardly against an outage.
      if (count >= (isAwaited ? MAX_PAUSES : status === 503 ? MAX_OUTAGE_PAUSES : Infinity))
        throw notSent(request, count, status);
      try {
        await clock.sleep(delay, signal);
      } catch (cause) {
        if (signal?.aborted !== true) throw cause;
        throw abortError(
          signal,
          { side, operation, reference },
          `interrupted while waiting to send requests to ${host} again`,
        );
      }
    }
  }

  function remaining(host: string): number {
    return (pauses.get(host)?.until ?? 0) - clock.monotonic();
  }

  /** Whether a rate limiter handles the refusal: only the refused operation slows down. */
  function isLimited({ url }: Request, { status }: Response): boolean {
    return rateLimiter !== undefined && status === 429 && url.origin === endpoint.origin;
  }

  function isOverloaded({ status, headers, text }: Response): boolean {
    return OVERLOADED.has(status) && isPullLimit?.({ status, headers, body: text }) !== true;
  }

  function pause(host: string, { headers, status }: Response): void {
    const now = clock.monotonic();
    const retryAfter = readRetryAfter(headers, clock.now());
    const { until, count } = pauses.get(host) ?? { until: 0, count: 0 };
    if (until <= now) {
      pauses.set(host, { until: now + retryDelay(count + 1, retryAfter, random), count: count + 1, status });
      return;
    }
    // Several requests refused together count as one pause.
    pauses.set(host, { until: Math.max(until, now + Math.min(retryAfter ?? 0, RETRY_AFTER_CAP)), count, status });
  }

  function notSent({ url, operation, reference }: Request, count: number, status: number): MirrorError {
    return new MirrorError(
      `request not sent: ${url.host} answered ${status} ${count} times in a row, with pauses in between`,
      {
        code: status === 429 ? "TOO_MANY_REQUESTS" : "SERVER_ERROR",
        side,
        operation,
        reference,
      },
    );
  }
}
