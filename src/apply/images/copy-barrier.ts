import type { Clock } from "../../clock.ts";

/** How long copies of one image wait for each other before they copy a manifest's blobs. Milliseconds. */
const BARRIER_TIMEOUT = 1_000;

/**
 * Makes copies of one image to several places wait for each other before they copy the blobs of a manifest, so that one
 * download serves all of them.
 *
 * State, for each image that is copied:
 * - `group.awaited`: the members that others wait for. `join` and `markReady` add; `leave` removes the member, and
 *   `timeOut` removes those that are late.
 * - `group.ready`: manifest → the members that are ready there. `markReady` adds; nothing is removed.
 * - `group.barriers`: manifest → the barrier that members wait at. `openBarrier` adds; `releaseIfComplete` removes it.
 *
 * Invariants:
 * 1. A member waits only for members of the same image, and at each manifest separately.
 * 2. A wait ends when every awaited member is ready at the manifest or has left, and after BARRIER_TIMEOUT at the latest.
 * 3. A member that is late at one manifest is not awaited anywhere until it is ready at some manifest again.
 * 4. A member that skips a manifest is ready there and does not wait.
 * 5. A member without others does not wait, and starts no timer.
 * 6. Members that wait at one manifest share one timer, which is cancelled when their wait ends.
 */
export interface CopyBarrier {
  /** Adds a copy of an image. @param image the digest that the copies have in common */
  join(image: string): BarrierMember;
}

/** One copy of an image. */
export interface BarrierMember {
  /** Reports that this copy has requested the blobs of a manifest. Resolves when the others have too, or are late. */
  waitForOthers(manifest: string): Promise<void>;
  /** Reports that this copy needs no blobs of a manifest. */
  skip(manifest: string): void;
  /** Ends the membership. Must be called, or other members wait in vain. */
  leave(): void;
}

interface Group {
  awaited: Set<BarrierMember>;
  ready: Map<string, Set<BarrierMember>>;
  barriers: Map<string, PromiseWithResolvers<void>>;
}

/** @param milliseconds how long members wait for each other */
export function createCopyBarrier(clock: Clock, milliseconds = BARRIER_TIMEOUT): CopyBarrier {
  const groups = new Map<string, Group>();
  return {
    join(image) {
      const group = groupOf(image);
      const member: BarrierMember = {
        waitForOthers(manifest) {
          return markReady(group, member, manifest) ? Promise.resolve() : wait(group, manifest);
        },
        skip: (manifest) => void markReady(group, member, manifest),
        leave() {
          group.awaited.delete(member);
          releaseComplete(group);
        },
      };
      group.awaited.add(member);
      return member;
    },
  };

  function groupOf(image: string): Group {
    const group = groups.get(image) ?? { awaited: new Set(), ready: new Map(), barriers: new Map() };
    groups.set(image, group);
    return group;
  }

  async function wait(group: Group, manifest: string): Promise<void> {
    return group.barriers.get(manifest)?.promise ?? openBarrier(group, manifest);
  }

  async function openBarrier(group: Group, manifest: string): Promise<void> {
    const barrier = Promise.withResolvers<void>();
    group.barriers.set(manifest, barrier);
    const released = new AbortController();
    const timer = timeOut(group, manifest, released.signal);
    await barrier.promise;
    released.abort();
    await timer;
  }

  async function timeOut(group: Group, manifest: string, released: AbortSignal): Promise<void> {
    try {
      await clock.sleep(milliseconds, released);
    } catch (error) {
      if (released.aborted) return;
      throw error;
    }
    for (const member of lateMembers(group, manifest)) group.awaited.delete(member);
    releaseComplete(group);
  }
}

/** @returns whether all awaited members are ready */
function markReady(group: Group, member: BarrierMember, manifest: string): boolean {
  const ready = group.ready.get(manifest) ?? new Set();
  group.ready.set(manifest, ready.add(member));
  group.awaited.add(member);
  return releaseIfComplete(group, manifest);
}

function releaseComplete(group: Group): void {
  for (const manifest of group.barriers.keys()) releaseIfComplete(group, manifest);
}

/** @returns whether all awaited members are ready */
function releaseIfComplete(group: Group, manifest: string): boolean {
  if (lateMembers(group, manifest).length > 0) return false;
  group.barriers.get(manifest)?.resolve();
  group.barriers.delete(manifest);
  return true;
}

/** The awaited members that are not ready at a manifest. */
function lateMembers({ awaited, ready }: Group, manifest: string): BarrierMember[] {
  return [...awaited].filter((member) => ready.get(manifest)?.has(member) !== true);
}
