import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { Credential } from "./credential.ts";

/** Guards how often a credential that may be wrong is shown. */
interface FirstSignIn {
  /**
   * Runs an exchange that shows the credential to a token server.
   * @throws what the exchange throws; or, without running it, the refusal of another exchange or what its server suffers from
   */
  with<T>(credential: Credential, signal: AbortSignal | undefined, exchange: () => Promise<T>): Promise<T>;
}

/** Codes of a token server that is of no use to anybody for now, whatever it was asked for. */
const OUT_OF_ORDER: ReadonlySet<ErrorCode> = new Set([
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
  /** The exchange that is under way, with its caller's signal. */
  current: { ended: Promise<unknown>; signal: AbortSignal | undefined } | undefined;
}

/**
 * Shows a credential to the token server for one repository after the other until it is taken once. A refusal may be
 * about the repository alone, so the others ask too; but after `maxRefusals` the credential is not shown again, as
 * accounts are locked after several wrong passwords (docker/hub-feedback#2201). Those who wait along share what a token
 * server that is out of order answered.
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
          // Whoever went first may have been interrupted; that is no answer for those who waited along.
          if (current.signal?.aborted !== true && isOutOfOrder(error)) throw error;
        }
      }
    },
  };
}

function trialOf(trials: Map<string, Trial>, key: string): Trial {
  const known = trials.get(key);
  if (known !== undefined) return known;
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

function isOutOfOrder(error: unknown): boolean {
  return error instanceof MirrorError && OUT_OF_ORDER.has(error.code);
}
