import { Readable } from "node:stream";

import { abortError } from "../http/abort-error.ts";
import { readRetryAfter } from "../retry/retry-after.ts";
import type { Request, Send } from "../http/transport.ts";
import type { RegistryOptions } from "../registry-options.ts";
import type { RateLimiter, Turn } from "./rate-limiter.ts";

const TOO_MANY_REQUESTS = 429;

/**
 * Wraps `send` so that each request to the registry, retries included, takes its turn with the registry's rate limiter
 * for its operation, and a 429 slows that limiter down. Requests to other hosts, such as a token server or storage, do
 * not count.
 * @throws MirrorError as `send` does; INTERRUPTED for an abort while waiting
 */
export function limitingRate(send: Send, options: RegistryOptions): Send {
  const { endpoint, rateLimiter, side, clock } = options;
  if (rateLimiter === undefined) return send;

  return async (request) => {
    if (request.url.origin !== endpoint.origin) return send(request);
    const turn = await turnOf(request, rateLimiter(request.operation));
    const response = await send(request);
    if (response.status === TOO_MANY_REQUESTS) turn.refused(readRetryAfter(response.headers, clock.now()));
    return response;
  };

  async function turnOf({ body, signal, operation, reference }: Request, limiter: RateLimiter): Promise<Turn> {
    // The source of a stream would close its connection during a wait.
    if (body instanceof Readable) return limiter.startNow();
    try {
      return await limiter.turn(signal);
    } catch (cause) {
      if (signal?.aborted !== true) throw cause;
      throw abortError(signal, { side, operation, reference }, "interrupted while waiting for its turn");
    }
  }
}
