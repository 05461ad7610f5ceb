import { limitSourceOf } from "../dockerhub/limit-info.ts";
import type { PullBudget, Permits } from "../dockerhub/pull-budget.ts";
import { isAnonymous } from "../dockerhub/pull-limit-headers.ts";
import { pullLimitHint } from "../error-hints.ts";
import { MirrorError } from "../errors.ts";
import type { RegistryOptions } from "../registry/registry-options.ts";

/**
 * Reserves the pulls of a target that counts them, which Docker Hub does wherever a manifest is read. Waits for a permit
 * only while a response or the end of another such read may bring one, and not for images: an image that has permits may
 * be what waits for this read.
 */
export function reserveTargetPulls(budget: PullBudget, registry: string): NonNullable<RegistryOptions["reservePull"]> {
  let reads = 0;
  let ended = Promise.withResolvers<void>();

  return async (signal) => {
    const permits = await acquire(signal);
    return {
      beforeSend() {
        if (!permits.use() && !permits.useUnreserved()) throw limitReached();
      },
      end() {
        reads -= 1;
        permits.release();
        ended.resolve();
        ended = Promise.withResolvers();
      },
    };
  };

  async function acquire(signal: AbortSignal | undefined): Promise<Permits> {
    for (;;) {
      signal?.throwIfAborted();
      const permits = budget.acquire(1);
      if (permits !== undefined) {
        reads += 1;
        return permits;
      }
      if (reads === 0 && !budget.hasPending()) throw limitReached();
      await Promise.race([budget.changed(), ended.promise]);
    }
  }

  function limitReached(): MirrorError {
    const reported = budget.reportedLimit();
    const source = reported === undefined ? {} : limitSourceOf(reported);
    return new MirrorError("pull limit reached: reading a manifest of this target costs a pull", {
      code: "PULL_LIMIT",
      side: "target",
      operation: "read manifest",
      reference: registry,
      hint: pullLimitHint(source.source !== undefined && !isAnonymous(source)),
    });
  }
}
