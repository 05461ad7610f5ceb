import type { Clock } from "../../clock.ts";

/** How long copies of one image wait for each other before a manifest's blobs are begun. Milliseconds. */
const GATHERING_MILLISECONDS = 1_000;

/** Copies of one image to several places, which want the same blobs at about the same time. */
export interface CopyBarrier {
  /** @param image what the copies have in common: a digest */
  enter(image: string): Member;
}

/** One of those copies. */
export interface Member {
  /**
   * Says that all is known of what this copy wants below a manifest.
   * @returns resolves when that is so of the others too, or they took too long
   */
  arrive(manifest: string): Promise<void>;
  /** Says that this copy wants nothing below a manifest, and so waits for nobody there. */
  pass(manifest: string): void;
  /** Must be called in the end: nobody waits for it any more. */
  leave(): void;
}

interface Group {
  /** Whom the others wait for. */
  awaited: Set<Member>;
  arrived: Map<string, Set<Member>>;
  waiting: Map<string, PromiseWithResolvers<void>>;
}

/** Makes copies that run at the same time begin their blobs together, so that one download serves them all. */
export function createCopyBarrier(clock: Clock, milliseconds = GATHERING_MILLISECONDS): CopyBarrier {
  const groups = new Map<string, Group>();
  return {
    enter(image) {
      const group: Group = groups.get(image) ?? { awaited: new Set(), arrived: new Map(), waiting: new Map() };
      groups.set(image, group);
      const member: Member = {
        arrive(manifest) {
          return mark(manifest) ? Promise.resolve() : wait(group, manifest);
        },
        pass: (manifest) => void mark(manifest),
        leave() {
          group.awaited.delete(member);
          [...group.waiting.keys()].forEach((manifest) => settle(group, manifest));
        },
      };
      const mark = (manifest: string): boolean => {
        const arrived = group.arrived.get(manifest) ?? new Set();
        group.arrived.set(manifest, arrived.add(member));
        group.awaited.add(member);
        return settle(group, manifest);
      };
      group.awaited.add(member);
      return member;
    },
  };

  async function wait(group: Group, manifest: string): Promise<void> {
    const known = group.waiting.get(manifest);
    if (known !== undefined) return known.promise;
    const all = Promise.withResolvers<void>();
    group.waiting.set(manifest, all);
    const isOver = new AbortController();
    const lapse = lapsed(group, manifest, isOver.signal);
    await all.promise;
    isOver.abort();
    await lapse;
  }

  async function lapsed(group: Group, manifest: string, isOver: AbortSignal): Promise<void> {
    try {
      await clock.sleep(milliseconds, isOver);
    } catch (error) {
      if (isOver.aborted) return;
      throw error;
    }
    // Whoever holds the others up once is not waited for again until it comes by itself.
    const arrived = group.arrived.get(manifest);
    for (const member of group.awaited) if (arrived?.has(member) !== true) group.awaited.delete(member);
    [...group.waiting.keys()].forEach((each) => settle(group, each));
  }

  /** @returns whether all who are waited for have arrived */
  function settle(group: Group, manifest: string): boolean {
    const arrived = group.arrived.get(manifest);
    const isComplete = [...group.awaited].every((member) => arrived?.has(member) === true);
    if (!isComplete) return false;
    group.waiting.get(manifest)?.resolve();
    group.waiting.delete(manifest);
    return true;
  }
}
