import { Readable } from "node:stream";
import { MirrorError } from "../../errors.ts";
import { interruption } from "../http/interruption.ts";
import type { RegistryOptions } from "../registry-options.ts";
import { MAX_PAUSES, RETRY_AFTER_CAP } from "../limits.ts";
import type { Operation } from "../errors/operation.ts";
import { readRetryAfter } from "../http/retry-after.ts";
import { retryDelay } from "../http/retry.ts";
import type { Request, Response, Send } from "../http/transport.ts";
import type { Pause } from "./pause.ts";

/** Answers that are about the host's load, not about what was asked. */
const OVERLOADED = new Set([429, 503]);

/** What a plan asks of a source. A person waits for it, and another run may ask again. */
const LOOKING_UP: ReadonlySet<Operation> = new Set<Operation>([
  "look up manifest",
  "list tags of",
  "list referrers of",
  "sign in to",
]);

/**
 * The same way to the network, but a host that answers 429 or 503 is left alone for a while by all requests, not only
 * by the refused one: as long as it asks for, or as long as a retry's back-off. An allowance that is spent pauses
 * nothing, as waiting a little does not help. A request whose body is a stream does not wait: its source would be cut.
 * What a plan asks of a source does not wait for ever: after {@link MAX_PAUSES} pauses in a row it fails at once, unsent,
 * while the last of them lasts. However many images a file has, the plan then ends.
 * @param pauses by host and port, shared by all clients that ask the same hosts
 * @throws MirrorError as `send` does; INTERRUPTED for an abort while waiting; TOO_MANY_REQUESTS and SERVER_ERROR, not
 * retryable, for what is not asked any more
 */
export function pausingByHost(send: Send, options: RegistryOptions, pauses: Map<string, Pause>): Send {
  const { clock, random, side, isPullLimit } = options;

  return async (request) => {
    const { host } = request.url;
    if (!(request.body instanceof Readable)) await wait(host, request);
    const response = await send(request);
    if (isOverloaded(response)) pause(host, response);
    // What was under way when the pause began says nothing about its end.
    else if (remaining(host) <= 0) pauses.delete(host);
    return response;
  };

  async function wait(host: string, request: Request): Promise<void> {
    const { signal, operation, reference } = request;
    // What was under way when the pause began may prolong it.
    for (let left = remaining(host); left > 0; left = remaining(host)) {
      const { count = 0, status = 0 } = pauses.get(host) ?? {};
      if (side === "source" && LOOKING_UP.has(operation) && count >= MAX_PAUSES) throw givenUp(request, count, status);
      try {
        await clock.sleep(left, signal);
      } catch (cause) {
        if (signal?.aborted !== true) throw cause;
        throw interruption(signal, { side, operation, reference }, `interrupted while ${host} asks for time`);
      }
    }
  }

  function remaining(host: string): number {
    return (pauses.get(host)?.until ?? 0) - clock.now();
  }

  function isOverloaded({ status, headers, text }: Response): boolean {
    return OVERLOADED.has(status) && isPullLimit?.({ status, headers, body: text }) !== true;
  }

  function pause(host: string, { headers, status }: Response): void {
    const now = clock.now();
    const asked = readRetryAfter(headers, now);
    const { until, count } = pauses.get(host) ?? { until: 0, count: 0 };
    if (until <= now) {
      pauses.set(host, { until: now + retryDelay(count + 1, asked, random), count: count + 1, status });
      return;
    }
    // One of several that were refused together: that they are many does not make the pause longer.
    pauses.set(host, { until: Math.max(until, now + Math.min(asked ?? 0, RETRY_AFTER_CAP)), count, status });
  }

  function givenUp({ url, operation, reference }: Request, count: number, status: number): MirrorError {
    return new MirrorError(
      `not asked: ${url.host} answered ${status} ${count} times in a row, with pauses in between`,
      {
        code: status === 429 ? "TOO_MANY_REQUESTS" : "SERVER_ERROR",
        side,
        operation,
        reference,
      },
    );
  }
}
