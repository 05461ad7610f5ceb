import { MirrorError } from "../errors.ts";
import type { Credential } from "./credentials.ts";

export interface FirstSignIn {
  /** Runs an exchange that shows the credential to a token server. */
  with<T>(credential: Credential, signal: AbortSignal | undefined, exchange: () => Promise<T>): Promise<T>;
}

/**
 * Shows a credential to the token server once before it is shown for every repository. Those who wait along share a
 * failure, and a credential that was refused is not shown again: Docker Hub locks an account for ten minutes after
 * several wrong passwords (docker/hub-feedback#2201).
 */
export function createFirstSignIn(): FirstSignIn {
  const trials = new Map<string, { ended: Promise<unknown>; signal: AbortSignal | undefined }>();
  return {
    async with(credential, signal, exchange) {
      const key = JSON.stringify(credential);
      for (;;) {
        const first = trials.get(key);
        if (first === undefined) {
          const ended = exchange();
          trials.set(key, { ended, signal });
          // A refusal stands; whatever else went wrong may go well the next time.
          ended.catch((error: unknown) => isRefusal(error) || trials.delete(key));
          return ended;
        }
        try {
          await first.ended;
        } catch (error) {
          // Whoever went first was interrupted; that is no answer for those who waited along.
          if (first.signal?.aborted === true && signal?.aborted !== true && !isRefusal(error)) continue;
          throw error;
        }
        return exchange();
      }
    },
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof MirrorError && error.code === "UNAUTHORIZED";
}
