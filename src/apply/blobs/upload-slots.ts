/**
 * Uploads to one host at a time. Enough to use a connection well with small blobs; more made ECR reset connections
 * (dotnet/sdk-container-builds#279). Manifests and lookups have limits of their own.
 */
const UPLOADS_AT_ONCE = 6;

/** Limits the uploads to each target. */
export interface UploadSlots<Target> {
  /**
   * Waits until every target has a free slot, then takes one for each upload. All are taken at once, so that no caller
   * keeps some slots while it waits for others. A target with a free slot may be given a few uploads too many, so that
   * one download is not split in two.
   * @param targets the target of each upload; called each time that slots may be free, as uploads may have been added
   * @returns a function that releases the slots
   */
  take(targets: () => readonly Target[]): Promise<() => void>;
}

/** @param max slots of one target */
export function createUploadSlots<Target>(max = UPLOADS_AT_ONCE): UploadSlots<Target> {
  const used = new Map<Target, number>();
  const queue: { targets: () => readonly Target[]; grant: (release: () => void) => void }[] = [];
  const change = (targets: readonly Target[], by: 1 | -1): void => {
    for (const target of targets) used.set(target, (used.get(target) ?? 0) + by);
  };
  return {
    take: (targets) =>
      new Promise((grant) => {
        queue.push({ targets, grant });
        grantAll();
      }),
  };

  /** Serves callers in their order. A caller whose targets are busy does not hold up those behind it. */
  function grantAll(): void {
    const waiting = queue.splice(0);
    for (const caller of waiting) {
      const targets = caller.targets();
      if (targets.some((target) => (used.get(target) ?? 0) >= max)) {
        queue.push(caller);
        continue;
      }
      change(targets, 1);
      caller.grant(() => {
        change(targets, -1);
        grantAll();
      });
    }
  }
}
