import type { Clock } from "../../clock.ts";
import { TOKEN_MARGIN_CAP, TOKEN_MARGIN_PART } from "../limits.ts";

/** A token and the moments between which it is good, in milliseconds since 1970. */
interface Token {
  value: string;
  renewAt: number;
}

/** What a token server's answer holds. */
export interface TokenAnswer {
  value: string;
  /** Seconds from the moment of asking. */
  lifetime: number;
}

/** Keeps tokens by scope. */
interface TokenCache {
  /** A token that is good for a while yet. `fresh`: it was fetched for this call or a concurrent one. */
  get(
    scope: string,
    fetch: (signal: AbortSignal | undefined) => Promise<TokenAnswer>,
    signal?: AbortSignal,
  ): Promise<{ value: string; fresh: boolean }>;
  /** Forgets a token that was refused, unless another has taken its place. */
  drop(scope: string, value: string): void;
}

/** Tokens by scope: renewed before they expire, with one request in flight a scope. */
export function createTokenCache(clock: Clock): TokenCache {
  const tokens = new Map<string, Token>();
  const pending = new Map<string, { answer: Promise<Token>; signal: AbortSignal | undefined }>();

  return {
    async get(scope, fetch, signal) {
      for (;;) {
        const held = tokens.get(scope);
        if (held !== undefined && clock.now() < held.renewAt) return { value: held.value, fresh: false };
        let shared = pending.get(scope);
        if (shared === undefined) {
          const answer = obtain(scope, fetch, signal).finally(() => pending.delete(scope));
          shared = { answer, signal };
          pending.set(scope, shared);
        }
        try {
          return { value: (await shared.answer).value, fresh: true };
        } catch (error) {
          // Whoever asked first was interrupted; that is no answer for those who waited along.
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
    // Counted from the asking, by our own clock: `issued_at` is the server's, which may go wrong.
    const asked = clock.now();
    const { value, lifetime } = await fetch(signal);
    const milliseconds = lifetime * 1000;
    const margin = Math.min(TOKEN_MARGIN_CAP, milliseconds * TOKEN_MARGIN_PART);
    const token = { value, renewAt: asked + milliseconds - margin };
    tokens.set(scope, token);
    return token;
  }
}
