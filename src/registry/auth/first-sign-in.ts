import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { Credential } from "./credential.ts";

/** Limits how often a credential that may be wrong is sent. */
interface FirstSignIn {
  /**
   * Runs an exchange that sends the credential to a token server.
   * @throws the error of the exchange; or, without running it, the error of a concurrent or earlier exchange
   */
  with<T>(credential: Credential, signal: AbortSignal | undefined, exchange: () => Promise<T>): Promise<T>;
}

/** Errors of a token server that is unavailable for every request. */
const UNAVAILABLE: ReadonlySet<ErrorCode> = new Set([
  "UNREACHABLE",
  "TIMEOUT",
  "TLS",
  "SERVER_ERROR",
  "TOO_MANY_REQUESTS",
]);

interface Trial {
  isAccepted: boolean;
  refusals: number;
  refusal: MirrorError | undefined;
  /** The exchange in progress, with its caller's signal. */
  current: { ended: Promise<unknown>; signal: AbortSignal | undefined } | undefined;
}

/**
 * Sends a credential to the token server for one repository at a time until it is accepted once. A refusal may be about
 * the repository only, so other repositories still try. After `maxRefusals` refusals the credential is not sent again,
 * because several wrong passwords lock the account (docker/hub-feedback#2201). If the token server is unavailable, all
 * waiting callers get the same error.
 */
export function createFirstSignIn(maxRefusals: number): FirstSignIn {
  const trials = new Map<string, Trial>();
  return {
    async with(credential, signal, exchange) {
      const trial = trialOf(trials, JSON.stringify(credential));
      for (;;) {
        if (trial.isAccepted) return exchange();
        if (trial.refusal !== undefined && trial.refusals >= maxRefusals) throw trial.refusal;
        const { current } = trial;
        if (current === undefined) return attempt(trial, signal, exchange);
        try {
          await current.ended;
        } catch (error) {
          // An interruption of the first caller must not fail the waiting ones.
          if (current.signal?.aborted !== true && isUnavailable(error)) throw error;
        }
      }
    },
  };
}

function trialOf(trials: Map<string, Trial>, key: string): Trial {
  const existing = trials.get(key);
  if (existing !== undefined) return existing;
  const trial: Trial = { isAccepted: false, refusals: 0, refusal: undefined, current: undefined };
  trials.set(key, trial);
  return trial;
}

async function attempt<T>(trial: Trial, signal: AbortSignal | undefined, exchange: () => Promise<T>): Promise<T> {
  const ended = exchange();
  trial.current = { ended, signal };
  try {
    const value = await ended;
    trial.isAccepted = true;
    return value;
  } catch (error) {
    if (error instanceof MirrorError && error.code === "UNAUTHORIZED") {
      trial.refusals += 1;
      trial.refusal = error;
    }
    throw error;
  } finally {
    trial.current = undefined;
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof MirrorError && UNAVAILABLE.has(error.code);
}
