/**
 * Blobs sent to one host at a time. Enough to fill a line with small ones; more made ECR reset connections
 * (dotnet/sdk-container-builds#279). Manifests and look-ups have places of their own.
 */
const UPLOADS_AT_ONCE = 6;

/** Places for uploads, so many at each target. */
export interface UploadSlots<Target> {
  /**
   * Takes a place for every upload at once, so that none holds some and waits for others that wait for those. Who finds
   * a place free at each target may take a few more than there are: one stream is not cut in two for that.
   * @param targets of each upload; asked each time that places may be free: there may be more meanwhile
   * @returns what gives the places back
   */
  take(targets: () => readonly Target[]): Promise<() => void>;
}

/** @param most places of one target */
export function createUploadSlots<Target>(most = UPLOADS_AT_ONCE): UploadSlots<Target> {
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

  /** Whoever came first goes first, but waits for its own targets alone. */
  function grantAll(): void {
    const waiting = queue.splice(0);
    for (const one of waiting) {
      const targets = one.targets();
      if (targets.some((target) => (used.get(target) ?? 0) >= most)) {
        queue.push(one);
        continue;
      }
      change(targets, 1);
      one.grant(() => {
        change(targets, -1);
        grantAll();
      });
    }
  }
}
