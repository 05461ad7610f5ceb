import type { Clock } from "../../clock.ts";
import { TOKEN_MARGIN_CAP, TOKEN_MARGIN_PART } from "../limits.ts";

/** A token and when to renew it, on the monotonic clock. */
interface Token {
  value: string;
  renewAt: number;
}

/** A token server's response. */
export interface TokenAnswer {
  value: string;
  /** Seconds from the time of the request. */
  lifetime: number;
}

/** Caches tokens by scope. */
interface TokenCache {
  /** Returns a valid token. `fresh`: it was fetched for this call or a concurrent one. */
  get(
    scope: string,
    fetch: (signal: AbortSignal | undefined) => Promise<TokenAnswer>,
    signal?: AbortSignal,
  ): Promise<{ value: string; fresh: boolean }>;
  /** Removes a refused token, unless another has replaced it. */
  drop(scope: string, value: string): void;
}

/** Creates a cache that renews tokens before they expire, with one request per scope at a time. */
export function createTokenCache(clock: Clock): TokenCache {
  const tokens = new Map<string, Token>();
  const pending = new Map<string, { answer: Promise<Token>; signal: AbortSignal | undefined }>();

  return {
    async get(scope, fetch, signal) {
      for (;;) {
        const cached = tokens.get(scope);
        if (cached !== undefined && clock.monotonic() < cached.renewAt) return { value: cached.value, fresh: false };
        let shared = pending.get(scope);
        if (shared === undefined) {
          const answer = obtain(scope, fetch, signal).finally(() => pending.delete(scope));
          shared = { answer, signal };
          pending.set(scope, shared);
        }
        try {
          return { value: (await shared.answer).value, fresh: true };
        } catch (error) {
          // An interruption of the first caller must not fail the waiting ones.
          if (shared.signal?.aborted === true && signal?.aborted !== true) continue;
          throw error;
        }
      }
    },
    drop(scope, value) {
      if (tokens.get(scope)?.value === value) tokens.delete(scope);
    },
  };

  async function obtain(
    scope: string,
    fetch: (signal: AbortSignal | undefined) => Promise<TokenAnswer>,
    signal: AbortSignal | undefined,
  ): Promise<Token> {
    // Counted from the request by the local clock: `issued_at` depends on the server's clock, which may be wrong.
    const requestedAt = clock.monotonic();
    const { value, lifetime } = await fetch(signal);
    const milliseconds = lifetime * 1000;
    const margin = Math.min(TOKEN_MARGIN_CAP, milliseconds * TOKEN_MARGIN_PART);
    const token = { value, renewAt: requestedAt + milliseconds - margin };
    tokens.set(scope, token);
    return token;
  }
}
